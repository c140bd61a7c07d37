<?php
$metadata = json_decode(file_get_contents(getenv('SIMPLESAML_SETTINGS')), true)['idp'];
