"""The instructor's side: hidden cases, named mistakes, other right solutions. Never ships."""
