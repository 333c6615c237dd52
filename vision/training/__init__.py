"""What makes our own data and networks; development only, nothing here runs on the kiosk."""
