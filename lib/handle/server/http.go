package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"linghang/lib/handle/wire"
)

// ServeHTTP answers a message that is posted, with its envelope, to any path.
// The answer to a list is all its messages one after the other. Other requests
// get 405 or 415: whoever has pages or an interface of his own puts them before.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "a message of the Handle System is posted", http.StatusMethodNotAllowed)
		return
	}
	if !IsMessage(r) {
		http.Error(w, "a message of the Handle System has the type "+wire.MediaType, http.StatusUnsupportedMediaType)
		return
	}
	e, message, err := s.readPosted(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	defer s.peers.release(len(message))
	octets, err := s.answerPosted(r, &e, message)
	if err != nil || len(octets) == 0 {
		http.Error(w, "the message has no answer", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", wire.MediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(octets)))
	_, _ = w.Write(octets) // the client may be gone
}

// IsMessage tells whether a request over HTTP is for ServeHTTP.
func IsMessage(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return r.Method == http.MethodPost && strings.EqualFold(strings.TrimSpace(kind), wire.MediaType)
}

// readPosted reads a message. Its octets count among those that are buffered
// until it is answered.
func (s *Server) readPosted(w http.ResponseWriter, r *http.Request) (wire.Envelope, []byte, error) {
	body := http.MaxBytesReader(w, r.Body, int64(wire.EnvelopeSize+s.o.MaxMessage))
	var head [wire.EnvelopeSize]byte
	if _, err := io.ReadFull(body, head[:]); err != nil {
		return wire.Envelope{}, nil, fmt.Errorf("read envelope: %w", err)
	}
	e, _ := wire.DecodeEnvelope(head[:]) // an unknown version is answered
	if int64(e.Length) > int64(s.o.MaxMessage) {
		return e, nil, errTooLong
	}
	n := int(e.Length)
	if !s.peers.hold(n) {
		return e, nil, errors.New("too much is being received")
	}
	var octets bytes.Buffer
	if _, err := io.CopyN(&octets, body, int64(n)); err != nil {
		s.peers.release(n)
		return e, nil, fmt.Errorf("read message: %w", err)
	}
	if extra, err := body.Read(head[:1]); extra > 0 || !errors.Is(err, io.EOF) {
		s.peers.release(n)
		return e, nil, errors.New("octets follow the message")
	}
	return e, octets.Bytes(), nil
}

func (s *Server) answerPosted(r *http.Request, e *wire.Envelope, message []byte) ([]byte, error) {
	var x exchange
	x.req.Transport = wire.HTTP
	if r.TLS != nil {
		x.req.Transport = wire.HTTPS
	}
	if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		x.req.Remote = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	}
	now := s.o.Now()
	if s.begin(&x, e, message, now) && !s.handleQuickly(&x, now) {
		s.handle(r.Context(), &x)
	}
	if x.res.List == nil || x.res.Code == wire.CodeAuthNeeded {
		return x.out, nil
	}
	var all []byte
	err := s.list(&x, func(octets []byte) error {
		all = append(all, octets...)
		if len(all) > s.o.MaxMessage {
			return errTooLong
		}
		return nil
	})
	return all, err
}
