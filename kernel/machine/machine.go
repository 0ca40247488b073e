package machine

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
)

// State is how a machine is.
type State string

// The states, as the page and the filter have them.
const (
	Waiting State = "waiting" // has a token and no certificate yet
	Lapsed  State = "lapsed"  // the token ran out unused
	Valid   State = "valid"
	Due     State = "due"     // valid, and should have been renewed
	Grace   State = "grace"   // ended, and good for renewal only
	Expired State = "expired" // ended for good
	Revoked State = "revoked"
)

// clockOff is how far a machine's clock may be from ours before the page says so.
const clockOff = 30 * time.Second

// Machine is a machine of an organisation.
type Machine struct {
	ID             string               `json:"id" title:"编号|ID"`
	Name           string               `json:"name" title:"名称|Name"`
	Kind           identity.MachineKind `json:"kind" enum:"gateway,probe,platform,node" title:"类别|Kind"`
	OrganisationID string               `json:"organisation_id" title:"机构编号|Organisation ID"`
	Organisation   lang.Text            `json:"organisation" title:"机构|Organisation"`
	Note           string               `json:"note" title:"备注|Note"`
	State          State                `json:"state" enum:"waiting,lapsed,valid,due,grace,expired,revoked" title:"状态|State"`
	TokenExpiresAt time.Time            `json:"token_expires_at" title:"令牌到期|Token expires"`
	Serial         string               `json:"serial" title:"证书序列号|Serial number"`
	NotAfter       time.Time            `json:"not_after" title:"证书到期|Certificate ends"`
	RenewAt        time.Time            `json:"renew_at" title:"应续期时间|Renewal due"`
	EnrolledAt     time.Time            `json:"enrolled_at" title:"首次接入|Enrolled"`
	IssuedAt       time.Time            `json:"issued_at" title:"最近签发|Last issued"`
	SeenAt         time.Time            `json:"seen_at" title:"最近连接|Last seen"`
	SeenIP         string               `json:"seen_ip" title:"来源地址|Address"`
	AheadSeconds   int64                `json:"ahead_seconds" doc:"How far the machine's clock is ahead of the city's" title:"时钟偏差（秒）|Clock ahead (s)"`
	ClockOff       bool                 `json:"clock_off" title:"时钟有偏差|Clock is off"`
	RevokedAt      time.Time            `json:"revoked_at" title:"吊销时间|Revoked"`
	RevokedBy      string               `json:"revoked_by" title:"吊销人|Revoked by" audit:"-"`
	Reason         string               `json:"reason" title:"吊销原因|Reason"`
	CreatedAt      time.Time            `json:"created_at" title:"登记时间|Added"`
	CreatedBy      string               `json:"created_by" title:"登记人|Added by" audit:"-"`
	Version        int64                `json:"version"`

	createdByID string // of a person
}

// ETag implements httpd.Versioned.
func (m Machine) ETag() int64 { return m.Version }

// held is a certificate with the machine that it is of.
type held struct {
	certificate
	machine Machine
}

// certificate is one that the authority issued.
type certificate struct {
	Serial    string
	MachineID string
	Digest    string
	KeyDigest string
	PEM       string
	IssuedAt  time.Time
	NotBefore time.Time
	NotAfter  time.Time
	UsedAt    time.Time
	RevokedAt time.Time
	Reason    int
}

// usable decides whether a certificate is good now; one that is within its
// grace is good for renewal.
func (h held) usable(now time.Time, grace time.Duration, renewing bool) error {
	refuse := func(key, format string, args ...any) error {
		return fault.New(fault.Unauthorized, key, format, args...)
	}
	switch {
	case !h.machine.RevokedAt.IsZero():
		return refuse("machine.certificate.revoked", "the machine was revoked at %s", h.machine.RevokedAt.Format(time.RFC3339))
	case !h.RevokedAt.IsZero():
		return refuse("machine.certificate.superseded", "a newer certificate of this machine is in use; if this machine did not ask for it, it was copied: revoke it and enrol again")
	case now.Before(h.NotBefore):
		return refuse("machine.certificate.early", "the certificate begins at %s; the city's clock went back", h.NotBefore.Format(time.RFC3339))
	case now.After(h.NotAfter.Add(grace)):
		return refuse("machine.certificate.expired", "the certificate and its grace ended; enrol again with a new token")
	case now.After(h.NotAfter) && !renewing:
		return refuse("machine.certificate.grace", "the certificate ended at %s and is good for renewal only", h.NotAfter.Format(time.RFC3339))
	}
	return nil
}

// newToken makes the secret of an enrolment, and what is kept of it.
func newToken() (secret, hash string, err error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", "", fmt.Errorf("make token: %w", err)
	}
	secret = "lhm_" + base64.RawURLEncoding.EncodeToString(b)
	return secret, digest([]byte(secret)), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
