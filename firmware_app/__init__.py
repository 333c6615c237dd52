"""Border kiosk appliance: the only package that knows what a traveller is."""
