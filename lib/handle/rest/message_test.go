package rest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	"linghang/lib/handle/wire"
)

func TestMessagesGoToTheServer(t *testing.T) {
	s := newStore("88.TEST")
	s.people()
	p := start(t, s)
	q := wire.NewQuery(admin.Handle, nil, nil)
	h := wire.Header{Op: wire.OpResolve, Flags: wire.FlagPublicOnly}
	message := wire.AppendMessage(nil, &h, q.Append(nil), nil)
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: 7, Length: uint32(len(message))}
	for _, path := range []string{"/", "/api/handles/88.TEST/ADMIN", "/anything"} {
		for _, scheme := range []string{"http", "https"} {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, scheme+"://"+p.address+path, bytes.NewReader(append(e.Append(nil), message...)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", wire.MediaType)
			resp, err := p.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			octets, err := io.ReadAll(resp.Body)
			if closed := resp.Body.Close(); err != nil || closed != nil {
				t.Fatal(err, closed)
			}
			answer, err := wire.DecodeMessage(octets[wire.EnvelopeSize:])
			if err != nil || answer.Code != wire.CodeSuccess || resp.Header.Get("Content-Type") != wire.MediaType {
				t.Errorf("%s %s: %d, code %v, %v", scheme, path, resp.StatusCode, answer.Code, err)
			}
		}
	}
}
