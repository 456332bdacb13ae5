"""A picture of any kind -> its ink -> a 28x28 image. Knows nothing of digits or networks."""
