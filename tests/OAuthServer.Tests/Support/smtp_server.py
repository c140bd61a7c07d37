"""A mail server for tests: prints its port, then each message it took as one line of JSON. Ends with its standard input."""
import argparse
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

options = argparse.ArgumentParser()
options.add_argument("--port", type=int, default=0)
options.add_argument("--certificate", help="offer STARTTLS with this certificate and key (PEM) and demand it")
options.add_argument("--user", help="demand AUTH of this user")
options.add_argument("--password")
options.add_argument("--refuse", help="answer every message with this reply")
options = options.parse_args()


def say(what):
    print(json.dumps(what), flush=True)


class Taker:
    async def handle_DATA(self, server, session, envelope):
        if options.refuse:
            return options.refuse.replace("{message}", envelope.content.decode("utf-8").replace("\r\n", " "))
        say({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "data": envelope.content.decode("utf-8"),
            "tls": session.ssl is not None,
            "user": session.auth_data.decode("utf-8") if session.auth_data else None,
        })
        return "250 taken"


class Server(SMTP):
    # The mechanism is compared as it was typed, and some clients type it in small letters.
    async def smtp_AUTH(self, arg):
        if arg:
            mechanism, space, rest = arg.partition(" ")
            arg = mechanism.upper() + space + rest
        await super().smtp_AUTH(arg)


def check(server, session, envelope, mechanism, login):
    if (login.login, login.password) == (options.user.encode(), options.password.encode()):
        return AuthResult(success=True, auth_data=login.login)
    return AuthResult(success=False, handled=False)  # "handled" would mean that the answer has been given already


def serve():
    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate)
    return Server(
        Taker(), hostname="mail.test", enable_SMTPUTF8=True, tls_context=tls, require_starttls=tls is not None,
        authenticator=check if options.user else None, auth_required=bool(options.user), auth_require_tls=tls is not None)


async def main():
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(serve, "127.0.0.1", options.port)
    say({"port": listener.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
