// Passkeys: the one thing in these pages that needs a script (WebAuthn). Pages that offer one load it as a module; all else works without.
export {};
