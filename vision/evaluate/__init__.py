"""Accuracy on folders of real inputs: what `kiosk evaluate` prints."""
