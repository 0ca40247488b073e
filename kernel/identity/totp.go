package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238: what every authenticator application computes
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"linghang/kernel/fault"
)

// RFC 6238 as every authenticator application has it: SHA-1, six digits, steps of 30 seconds.
const (
	totpStep   = 30
	totpDigits = 6

	recoveryCodes = 10
)

// TOTPPurpose is what the secrets of authenticator applications are sealed for.
const TOTPPurpose = "totp"

func base32Text() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// totpCode is the code of a time step (RFC 4226 section 5.3).
func totpCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash does not fail
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	value := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, value%1_000_000)
}

// totpMatch returns the step whose code it is: this one, the one before or the
// one after, because clocks differ.
func totpMatch(secret []byte, code string, now time.Time) (step int64, ok bool) {
	present := now.Unix() / totpStep
	for _, s := range []int64{present, present - 1, present + 1} {
		if subtle.ConstantTimeCompare([]byte(totpCode(secret, s)), []byte(code)) == 1 {
			return s, true
		}
	}
	return 0, false
}

// Enrolment is what an authenticator application is set up with; shown once.
type Enrolment struct {
	Secret string `json:"secret" doc:"To type where no picture can be read"`
	URI    string `json:"uri" doc:"otpauth://"`
	QR     string `json:"qr" doc:"The URI as a QR code, an SVG as a data: address"`
}

// BeginTOTP makes a new secret for the caller. It counts once a code of it was given.
func (d *Directory) BeginTOTP(ctx context.Context) (Enrolment, error) {
	id := From(ctx)
	if err := d.mayEnrol(id); err != nil {
		return Enrolment{}, err
	}
	if id.Factors.TOTP {
		return Enrolment{}, fault.New(fault.Conflict, "system.totp.present", "an authenticator application is set up; remove it first")
	}
	secret := make([]byte, 20)
	if _, err := rand.Read(secret); err != nil {
		return Enrolment{}, fmt.Errorf("make TOTP secret: %w", err)
	}
	sealed, err := d.seal.Seal(ctx, TOTPPurpose, secret)
	if err != nil {
		return Enrolment{}, fmt.Errorf("seal TOTP secret: %w", err)
	}
	city, err := d.City(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	e, err := enrolment(base32Text().EncodeToString(secret), city.ZH, id.Login)
	if err != nil {
		return Enrolment{}, err
	}
	return e, d.insertTOTP(ctx, id.PersonID, sealed)
}

func enrolment(secret, city, login string) (Enrolment, error) {
	issuer := strings.ReplaceAll("领航 "+city, ":", " ")
	uri := "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?secret=" + secret + "&issuer=" + url.QueryEscape(issuer)
	picture, err := qrSVG(uri)
	return Enrolment{Secret: secret, URI: uri, QR: "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(picture))}, err
}

// qrSVG draws a QR code as one path, with the quiet zone that scanners need.
func qrSVG(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	var path strings.Builder
	edge := code.Bounds().Dx()
	for y := range edge {
		for x := range edge {
			if light, _, _, _ := code.At(x, y).RGBA(); light == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+4, y+4)
			}
		}
	}
	size := edge + 8
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		size, size, size, size, path.String()), nil
}

// ConfirmTOTP makes the new secret count, once a code shows that the
// application has it. The first second factor brings recovery codes with it.
func (d *Directory) ConfirmTOTP(ctx context.Context, code string) (Identity, []string, error) {
	id := From(ctx)
	if err := d.mayEnrol(id); err != nil {
		return id, nil, err
	}
	t, err := d.totpOf(ctx, id.PersonID)
	if err != nil {
		return id, nil, err
	}
	if t.confirmed {
		return id, nil, fault.New(fault.Conflict, "system.totp.present", "an authenticator application is set up already")
	}
	step, err := d.matchTOTP(ctx, t, code)
	if err != nil {
		return id, nil, err
	}
	codes, err := d.firstCodes(id)
	if err != nil {
		return id, nil, err
	}
	if err := d.confirmTOTP(ctx, id.PersonID, step, codes); err != nil {
		return id, nil, err
	}
	id, err = d.raise(ctx, id, []string{byCode, byTwo})
	return id, codes, err
}

func (d *Directory) matchTOTP(ctx context.Context, t totp, code string) (int64, error) {
	wrong := fault.New(fault.Invalid, "system.totp.wrong", "the code is wrong or over").At("body.code", "type the six digits that the application shows now")
	secret, err := d.seal.Open(ctx, TOTPPurpose, t.sealed)
	if err != nil {
		return 0, fmt.Errorf("open TOTP secret: %w", err)
	}
	step, ok := totpMatch(secret, strings.ReplaceAll(code, " ", ""), d.now())
	if !ok {
		return 0, wrong
	}
	if step <= t.lastStep {
		return 0, fault.New(fault.Invalid, "system.totp.used", "this code was used already").At("body.code", "wait for the next code")
	}
	return step, nil
}

// useTOTP takes a code once: the step it belongs to is over then.
func (d *Directory) useTOTP(ctx context.Context, person, code string) error {
	t, err := d.totpOf(ctx, person)
	if err != nil {
		return err
	}
	if !t.confirmed {
		return errNoTOTP()
	}
	step, err := d.matchTOTP(ctx, t, code)
	if err != nil {
		return err
	}
	return d.spendStep(ctx, person, step)
}

func errNoTOTP() error {
	return fault.New(fault.Conflict, "system.totp.none", "no authenticator application is being set up")
}

// firstCodes makes recovery codes for who has no second factor yet.
func (d *Directory) firstCodes(id Identity) ([]string, error) {
	if id.Factors.Any() && id.Factors.Recovery > 0 {
		return nil, nil
	}
	return newRecoveryCodes()
}

// newRecoveryCodes returns codes of 80 random bits, in groups that can be typed.
func newRecoveryCodes() ([]string, error) {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		b := make([]byte, 10)
		if _, err := rand.Read(b); err != nil {
			return nil, fmt.Errorf("make recovery code: %w", err)
		}
		t := strings.ToLower(base32Text().EncodeToString(b))
		codes[i] = t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:]
	}
	return codes, nil
}

// hashRecoveryCode forgives how a code was typed.
func hashRecoveryCode(code string) string {
	return hashSecret(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(code)))
}

// RenewRecoveryCodes gives the caller ten new recovery codes; earlier ones stop working.
func (d *Directory) RenewRecoveryCodes(ctx context.Context) ([]string, error) {
	id := From(ctx)
	if !id.Factors.Any() {
		return nil, fault.New(fault.Conflict, "system.recovery.none", "recovery codes come with a second factor; add one first")
	}
	codes, err := newRecoveryCodes()
	if err != nil {
		return nil, err
	}
	return codes, d.replaceRecoveryCodes(ctx, id.PersonID, codes)
}
