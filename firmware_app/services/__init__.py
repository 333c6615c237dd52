"""What the kiosk knows besides the traveller: its keys, its staged configuration."""
