"""What must hold in a call: at each input, and when it has come to rest."""
