"""Events in, receipts out; knows no device, no picture, no traveller type."""
