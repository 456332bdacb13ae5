"""What can happen to a digit: noise, blur, fog, lines across it, turns. Functions from images to images."""
