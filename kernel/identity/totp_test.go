package identity_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
)

// The vectors of RFC 6238, appendix B, for SHA-1; six of their eight digits.
func TestCodesAreThoseOfRFC6238(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := identity.TOTPCode(secret, at/30); got != want[2:] {
			t.Errorf("at %d: %s, want %s", at, got, want[2:])
		}
	}
}

func TestACodeIsTakenOneStepEarlyOrLateAndNoMore(t *testing.T) {
	secret, now := []byte("12345678901234567890"), time.Unix(1_700_000_000, 0)
	step := now.Unix() / 30
	for offset, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		got, ok := identity.TOTPMatch(secret, identity.TOTPCode(secret, step+offset), now)
		if ok != want || (ok && got != step+offset) {
			t.Errorf("%d steps off: %v, step %d", offset, ok, got)
		}
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef"} {
		if _, ok := identity.TOTPMatch(secret, code, now); ok {
			t.Errorf("%q was taken", code)
		}
	}
}

// Three well-known passwords among others, as the published files have them.
func TestABreachedPasswordIsFoundInTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "breached.txt")
	lines := []string{
		"000000005AD76BD555C1D6D771DE417A4B87E4B4:10", "00000000A8DAE4228F821FB418F59826079BF368:4",
		"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004", // password
		"7C4A8D09CA3762AF61E59520943DC26494F8941B",          // 123456, without a count
		"B1B3773A05C0ED0176787A4F1574FF0075F7521E:3912816",  // qwerty
		"FFFFFFFEE791CBAC0F6305CAF0CEE06BBE131160:2",
	}
	for _, end := range []string{"\n", "\r\n"} {
		if err := os.WriteFile(file, []byte(strings.Join(lines, end)+end), 0o600); err != nil {
			t.Fatal(err)
		}
		for password, want := range map[string]bool{"password": true, "123456": true, "qwerty": true, "a long enough secret": false, "": false} {
			if got, err := identity.Breached(file, password); err != nil || got != want {
				t.Errorf("%q: %v, %v", password, got, err)
			}
		}
	}
	if _, err := identity.Breached(file+".none", "x"); err == nil {
		t.Error("a missing file is no error")
	}
}

func TestTheQRCodeIsADrawing(t *testing.T) {
	picture, err := identity.QR("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP")
	if err != nil || !strings.HasPrefix(picture, "<svg ") || strings.Count(picture, "h1v1h-1z") < 200 {
		t.Errorf("%.80s, %v", base64.StdEncoding.EncodeToString([]byte(picture)), err)
	}
}
