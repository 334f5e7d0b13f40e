"""Faults on purpose: processes killed at random points, disks full, mounts that hang, brokers away."""
