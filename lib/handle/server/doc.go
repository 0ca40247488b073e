// Package server answers the Handle System protocol (RFC 3652) over UDP, TCP,
// HTTP and HTTPS. What handles there are is the business of a Handler; the
// server reads and writes messages, asks who a client is, keeps sessions, signs,
// and bounds what strangers can make it do.
//
// It starts goroutines only below the Serve calls, which end them before they
// return.
package server

import (
	"context"
	"crypto"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// Manner is when a TCP connection is kept after an answer.
type Manner uint8

// Manners. Servers in use close after each answer; clients of the national
// dialect, which write version 2.10, keep connections without saying so.
const (
	KeepAsAsked Manner = iota // if the request has FlagKeepAlive or is of version 2.10
	KeepAlways
	KeepNever
)

// Options say how a server works. Handler is needed; all else has a use when it
// is zero.
type Options struct {
	Handler Handler
	Site    wire.Site         // see SetSite
	Key     crypto.PrivateKey // signs answers; the one whose public key is in Site

	// Authenticate checks an answer to a challenge; nil refuses all. KeyCheck
	// returns a usual one.
	Authenticate func(ctx context.Context, p *Proof) (wire.Reference, error)
	AllowLogin   bool // OpLoginKey of the national dialect: a connection belongs to who logged in

	// Modes are those in which sessions are set up beside Diffie-Hellman. In
	// wire.ModeServerKey Key decrypts, and must be RSA.
	Modes []wire.Mode
	// SessionKey returns the values of the handle whose public key carries the key of
	// a session in wire.ModeHandleKey; nil knows none.
	SessionKey func(ctx context.Context, key wire.Reference) ([]wire.Value, error)

	Connections    Manner
	MaxConnections int           // TCP and web, 4096
	MaxPerPeer     int           // connections of one address, 256
	MaxBuffered    int           // octets of large messages that are being received, 64 MiB
	MaxMessage     int           // octets of a message, wire.MaxMessage
	Workers        int           // requests that wait for something at the same time, per socket, and over TCP beyond one per connection, 128
	PerConnection  int           // queries of one connection that wait for something at the same time, 32
	IdleTime       time.Duration // of a kept connection, 600 s
	MessageTime    time.Duration // for a message to arrive, and an answer to leave, 30 s

	UDPAnswer int // octets of an answer by UDP; a longer one is dropped and asked for by TCP, 4096
	UDPRate   int // octets a second of answers by UDP to one network, 1 MiB; negative is no limit

	SignRate int // signed answers a second to one network, each a millisecond of a processor, 500; negative is no limit

	ChallengeTime time.Duration // in which a challenge is to be answered, 60 s
	MaxChallenges int           // that wait for an answer, 4096
	SessionTime   time.Duration // a session at the most, 24 h
	MaxSessions   int           // 10 000
	MaxRecursion  int           // 10

	Now func() time.Time // time.Now
}

func orInt(v, usual int) int {
	if v == 0 {
		return usual
	}
	return v
}

func orTime(v, usual time.Duration) time.Duration {
	if v == 0 {
		return usual
	}
	return v
}

func (o Options) orDefault() Options {
	o.MaxConnections = orInt(o.MaxConnections, 4096)
	o.MaxPerPeer = orInt(o.MaxPerPeer, 256)
	o.MaxBuffered = orInt(o.MaxBuffered, 64<<20)
	o.MaxMessage = min(orInt(o.MaxMessage, wire.MaxMessage), wire.MaxMessageNational)
	o.Workers = orInt(o.Workers, 128)
	o.PerConnection = orInt(o.PerConnection, 32)
	o.IdleTime = orTime(o.IdleTime, 600*time.Second)
	o.MessageTime = orTime(o.MessageTime, 30*time.Second)
	o.UDPAnswer = orInt(o.UDPAnswer, 4096)
	o.UDPRate = orInt(o.UDPRate, 1<<20)
	o.SignRate = orInt(o.SignRate, 500)
	o.ChallengeTime = orTime(o.ChallengeTime, 60*time.Second)
	o.MaxChallenges = orInt(o.MaxChallenges, 4096)
	o.SessionTime = orTime(o.SessionTime, 24*time.Hour)
	o.MaxSessions = orInt(o.MaxSessions, 10_000)
	o.MaxRecursion = orInt(o.MaxRecursion, 10)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Server answers requests. It may serve any number of listeners.
type Server struct {
	o          Options
	quick      Quick
	ahead      Ahead
	site       atomic.Pointer[site]
	challenges challenges
	sessions   sessions
	exchanges  chan struct{} // sessions that are being agreed upon
	apart      chan struct{} // queries over TCP that are answered beside their connection
	peers      peers
	signing    *rate
}

// exchangesAtOnce bounds how many sessions are agreed upon at the same time:
// each takes milliseconds of a processor.
const exchangesAtOnce = 2

// New returns a server.
func New(o Options) (*Server, error) {
	if o.Handler == nil {
		return nil, errors.New("a server needs a handler")
	}
	if o.Key != nil {
		if _, err := auth.PublicKeyOf(o.Key); err != nil {
			return nil, fmt.Errorf("read the server's key: %w", err)
		}
	}
	o = o.orDefault()
	s := &Server{o: o, signing: newRate(o.SignRate), exchanges: make(chan struct{}, exchangesAtOnce), apart: make(chan struct{}, o.Workers)}
	s.SetSite(&o.Site)
	s.quick, _ = o.Handler.(Quick)
	s.ahead, _ = o.Handler.(Ahead)
	s.challenges.limit, s.challenges.lifetime = o.MaxChallenges, o.ChallengeTime
	s.sessions.limit = o.MaxSessions
	s.peers.limit, s.peers.each, s.peers.buffered = o.MaxConnections, o.MaxPerPeer, int64(o.MaxBuffered)
	return s, nil
}

// site is the server's site with its octets.
type site struct {
	wire.Site
	octets []byte
}

// SetSite changes the site that the server is one of. It is told to who asks for
// it, and its Serial and Primary are in every answer.
func (s *Server) SetSite(v *wire.Site) { s.site.Store(&site{*v, v.Append(nil)}) }

// randomID returns an id that nobody can guess and that is not zero. Clients in
// use read it with a sign and take a negative one for none.
func randomID() (uint32, error) {
	var b [4]byte
	for {
		if _, err := rand.Read(b[:]); err != nil {
			return 0, fmt.Errorf("make id: %w", err)
		}
		if id := binary.BigEndian.Uint32(b[:]) &^ (1 << 31); id != 0 {
			return id, nil
		}
	}
}
