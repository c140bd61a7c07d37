<?php
// The front door of PHP's own web server for the unmodified SimpleSAMLphp: what Alias and PATH_INFO do in Apache.
const WWW = '/usr/share/simplesamlphp/www';
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
if (preg_match('#^((?:/[\w-]+)+\.php)(/.*)?$#D', $path, $parts) && is_file(WWW . $parts[1])) {
    $_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $parts[1];
    $_SERVER['SCRIPT_FILENAME'] = WWW . $parts[1];
    unset($_SERVER['PATH_INFO']);
    if (isset($parts[2]))
        $_SERVER['PATH_INFO'] = $parts[2];
    chdir(dirname(WWW . $parts[1])); // its scripts include each other relative to their own folder
    require WWW . $parts[1];
    return true;
}
return false;
