"""`python -m recorder`, the same as `leadpulse-recorder`."""

from recorder.cli import main

if __name__ == "__main__":
    main()
