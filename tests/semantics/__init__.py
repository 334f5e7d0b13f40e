"""What must hold whatever dies: the loss cases of stock Faust, kills, outages. All on a real broker."""
