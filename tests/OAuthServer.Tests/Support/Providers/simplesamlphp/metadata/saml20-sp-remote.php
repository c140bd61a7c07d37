<?php
// The service providers' own metadata, read by SimpleSAMLphp's own parser; what the test says about them goes over it.
$settings = json_decode(file_get_contents(getenv('SIMPLESAML_SETTINGS')), true);
foreach ($settings['trusted'] as $xml)
    foreach (\SimpleSAML\Metadata\SAMLParser::parseDescriptorsString($xml) as $entityId => $entity)
        if (($sp = $entity->getMetadata20SP()) !== null)
            $metadata[$entityId] = array_merge($sp, $settings['sp']);
