"""One thread for each device: driver values in, workflow events out."""
