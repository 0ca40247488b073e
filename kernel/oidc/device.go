package oidc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/op"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/httpd"
)

// userCodeLetters are consonants that nobody reads for each other, and that make
// no words (RFC 8628, 6.1).
const userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"

func newUserCode() (string, error) {
	var b strings.Builder
	for i := range 8 {
		if i == 4 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(userCodeLetters))))
		if err != nil {
			return "", fmt.Errorf("make user code: %w", err)
		}
		b.WriteByte(userCodeLetters[n.Int64()])
	}
	return b.String(), nil
}

// typed is a user code as somebody may type it, in the form that it is kept in.
func typed(text string) string {
	letters := strings.Map(func(r rune) rune {
		if strings.ContainsRune(userCodeLetters, r) {
			return r
		}
		return -1
	}, strings.ToUpper(text))
	if len(letters) != 8 {
		return ""
	}
	return letters[:4] + "-" + letters[4:]
}

// DeviceAuthorization implements op.Server.
func (s server) DeviceAuthorization(ctx context.Context, r *op.ClientRequest[spec.DeviceAuthorizationRequest]) (*op.Response, error) {
	c := programOf(r.Client)
	if !slices.Contains(c.Grants, grantDevice) {
		return nil, spec.ErrUnauthorizedClient().WithDescription("this program may not sign devices in")
	}
	wanted := c.allows(r.Data.Scopes)
	if len(wanted) == 0 {
		return nil, spec.ErrInvalidScope().WithDescription("the program may have none of these scopes")
	}
	now, err := s.kit.DB.Clock(ctx)
	if err != nil {
		return nil, err
	}
	secret, err := newSecret()
	if err != nil {
		return nil, err
	}
	d := device{hash: hashOf(secret), ClientID: c.ID, Scopes: wanted, Pause: devicePause, IP: httpd.ClientIP(ctx), ExpiresAt: now.Add(deviceLife)}
	for try := 0; ; try++ {
		if d.UserCode, err = newUserCode(); err != nil {
			return nil, err
		}
		err = s.devices.insert(ctx, d)
		if err == nil {
			break
		}
		if !errors.Is(err, errTaken) || try == 4 {
			return nil, err
		}
	}
	page := s.issuer() + "/device"
	return op.NewResponse(&spec.DeviceAuthorizationResponse{
		DeviceCode: secret, UserCode: d.UserCode, VerificationURI: page, VerificationURIComplete: page + "?user_code=" + d.UserCode,
		ExpiresIn: int(deviceLife.Seconds()), Interval: int(devicePause.Seconds()),
	}), nil
}

// DeviceToken implements op.Server.
func (s server) DeviceToken(ctx context.Context, r *op.ClientRequest[spec.DeviceAccessTokenRequest]) (*op.Response, error) {
	c := programOf(r.Client)
	refresh, err := newSecret()
	if err != nil {
		return nil, err
	}
	p, err := s.devices.poll(ctx, hashOf(r.Data.DeviceCode), c.ID, hashOf(refresh), issued(ctx, c, "device code"))
	switch {
	case errors.Is(err, errWaiting):
		return nil, spec.ErrAuthorizationPending()
	case errors.Is(err, errTooSoon):
		return nil, spec.ErrSlowDown()
	case errors.Is(err, errDenied):
		return nil, spec.ErrAccessDenied().WithDescription("the person refused")
	case errors.Is(err, errExpired):
		return nil, spec.ErrExpiredDeviceCode()
	case err != nil:
		return nil, grantError("device_code", err)
	}
	return s.answer(ctx, p, c, refresh)
}
