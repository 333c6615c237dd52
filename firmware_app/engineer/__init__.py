"""What a field engineer runs: the words of the kiosk command."""
