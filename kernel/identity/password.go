package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"linghang/kernel/fault"
)

// Argon2id parameters: RFC 9106 section 4, the second recommended option
// (64 MiB), with its three passes.
const (
	argonTime    = 3
	argonMemory  = 64 * 1024
	argonThreads = 4
	argonKey     = 32

	passwordMin = 10
	passwordMax = 200
)

// effort is what computing one hash costs; a stored hash carries its own.
type effort struct {
	passes, memory uint32 // memory in KiB
	threads        uint8
}

func usualEffort() effort { return effort{argonTime, argonMemory, argonThreads} }

func (e effort) key(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(password), salt, e.passes, e.memory, e.threads, size)
}

// PasswordMin is the least number of characters of a password.
const PasswordMin = passwordMin

func hashPassword(password string, e effort) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	key := e.key(password, salt, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, e.memory, e.passes, e.threads,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// checkPassword compares in constant time. It spends the same effort when there
// is no stored password, so that a stranger cannot tell which logins exist.
func checkPassword(stored, password string, e effort) bool {
	var version, memory, time, threads int
	parts := strings.Split(stored, "$")
	if len(parts) != 6 {
		e.key(password, make([]byte, 16), argonKey)
		return false
	}
	_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
	_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads)
	salt, err3 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err4 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || memory <= 0 || memory > 1<<20 || time <= 0 || time > 20 || threads <= 0 || threads > 64 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, uint32(time), uint32(memory), uint8(threads), uint32(len(want))) //nolint:gosec // bounded above
	return subtle.ConstantTimeCompare(got, want) == 1
}

func acceptablePassword(location, login, password string) error {
	n := len([]rune(password))
	if n < passwordMin || n > passwordMax {
		return fault.New(fault.Invalid, "system.password.length", "a password has %d to %d characters", passwordMin, passwordMax).
			With("min", passwordMin).At(location, "choose a password of at least %d characters", passwordMin)
	}
	if login != "" && strings.Contains(strings.ToLower(password), strings.ToLower(login)) {
		return fault.New(fault.Invalid, "system.password.login", "the password contains the login name").
			At(location, "choose a password without the login name")
	}
	return nil
}

// acceptable refuses passwords that are too weak, or known to others.
func (d *Directory) acceptable(location, login, password string) error {
	if err := acceptablePassword(location, login, password); err != nil || d.policy.Breached == "" {
		return err
	}
	known, err := breached(d.policy.Breached, password)
	if err != nil {
		return err
	}
	if known {
		return fault.New(fault.Invalid, "system.password.breached", "this password is known from a breach elsewhere").
			At(location, "choose a password that you use nowhere else")
	}
	return nil
}

// newSecret returns 32 random bytes as text with a prefix, and the hash under
// which it is stored.
func newSecret(prefix string) (secret, hash string, err error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", "", fmt.Errorf("make secret: %w", err)
	}
	secret = prefix + base64.RawURLEncoding.EncodeToString(b)
	return secret, hashSecret(secret), nil
}

// hashSecret needs no salt or stretching: the secret has 256 random bits.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
