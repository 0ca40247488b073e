package identity

import "time"

// Hash and Compare are how passwords are kept.
func Hash(password string) (string, error) { return hashPassword(password, usualEffort()) }

// Compare reports whether the password is the one that is kept.
func Compare(stored, password string) bool { return checkPassword(stored, password, usualEffort()) }

// TOTPCode, TOTPMatch and QR are how an authenticator application is set up and asked.
func TOTPCode(secret []byte, step int64) string { return totpCode(secret, step) }

// TOTPMatch returns the time step of a code.
func TOTPMatch(secret []byte, code string, now time.Time) (int64, bool) {
	return totpMatch(secret, code, now)
}

// QR draws a text.
func QR(text string) (string, error) { return qrSVG(text) }

// Breached looks a password up in a file.
func Breached(file, password string) (bool, error) { return breached(file, password) }
