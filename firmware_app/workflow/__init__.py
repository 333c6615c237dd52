"""What a traveller goes through: states, events, commands, and the thread that steps them."""
