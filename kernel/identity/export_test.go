package identity

// Cheaply makes hashes of passwords cost little, for tests of everything else.
func Cheaply(d *Directory) { d.effort = effort{1, 64, 1} }

// Hash and Compare are how passwords are kept.
func Hash(password string) (string, error) { return hashPassword(password, usualEffort()) }

// Compare reports whether the password is the one that is kept.
func Compare(stored, password string) bool { return checkPassword(stored, password, usualEffort()) }
