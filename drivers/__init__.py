"""Devices as blocking objects; they start no threads and know no traveller."""
