package server_test

import (
	"crypto/tls"
	"io"
	"testing"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func TestAMirrorFollowsByAStreamInsideTLS(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, server.Options{Key: key})
	conn := dial(t, "tcp", p.tcp)
	ask := wire.TransactionQuery{Receiver: wire.Receiver{Servers: 1}}
	send(t, conn, packet(wire.Envelope{}, wire.Header{Op: wire.OpTransactions, Flags: wire.FlagKeepAlive}, ask.Append(nil, wire.Current()), nil))
	e, m := answer(t, conn)
	challenge, err := wire.DecodeChallenge(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := admin().Answer(e.Version, &challenge)
	if err != nil {
		t.Fatal(err)
	}
	send(t, conn, packet(wire.Envelope{Session: e.Session}, wire.Header{Op: wire.OpChallengeAnswer}, proof.Append(nil), nil))
	if _, m = answer(t, conn); m.Code != wire.CodeSuccess || m.Op != wire.OpTransactions || len(m.Body) != 1 {
		t.Fatalf("%s: %s", m.Op, m.Code)
	}
	mark := make([]byte, 4)
	if _, err := io.ReadFull(conn, mark); err != nil || wire.DecodeStreamKind(mark) != nil {
		t.Fatalf("mark %x, %v", mark, err)
	}
	secured := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
		if !key.PublicKey.Equal(s.PeerCertificates[0].PublicKey) {
			t.Error("the certificate is of another key")
		}
		return nil
	}})
	octets, err := io.ReadAll(secured)
	if err != nil {
		t.Fatal(err)
	}
	status, rest, err := wire.DecodeTransactions(octets)
	if err != nil || status != wire.StreamSending {
		t.Errorf("status %d, %v", status, err)
	}
	change, rest, ok, err := wire.DecodeChange(rest)
	if err != nil || !ok || change.Handle != "88/1" || len(change.Values) != 1 {
		t.Errorf("%+v, %v", change, err)
	}
	if end, rest, ok, err := wire.DecodeChange(rest); ok || err != nil || len(rest) != 0 || end.Date != 5 {
		t.Errorf("%d octets follow the end, %v", len(rest), err)
	}
}

func TestAStreamNeedsTCPAndAKey(t *testing.T) {
	p := start(t, server.Options{})
	conn := dial(t, "tcp", p.tcp)
	send(t, conn, packet(wire.Envelope{}, wire.Header{Op: wire.OpTransactions, Flags: wire.FlagKeepAlive}, nil, nil))
	if _, m := prove(t, conn); m.Code != wire.CodeUnsupported {
		t.Errorf("answered with %s", m.Code)
	}
}
