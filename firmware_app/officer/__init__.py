"""The officer's page: a program of its own that shows and asks, and is believed nothing."""
