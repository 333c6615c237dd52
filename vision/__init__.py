"""Arrays in, numbers and templates out; knows no device and no traveller."""
