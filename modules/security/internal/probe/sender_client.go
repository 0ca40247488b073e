package probe

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"linghang/lib/est"
	"linghang/modules/security/internal/batch"
)

// Path is where batches go.
const Path = "/api/security/probe/batches"

const mostAnswer = 1 << 20

// sender sends signed batches with the machine's certificate.
type sender struct {
	keeper est.Keeper
	file   string // key and certificate
	client *http.Client
	url    string
	around bool // what the city asks for around alerts is answered
}

func newSender(dir string) (sender, error) {
	s := sender{keeper: est.Keeper{Dir: dir}, file: filepath.Join(dir, "machine.pem")}
	var err error
	if s.client, s.url, err = s.keeper.HTTP(); err != nil {
		return s, fmt.Errorf("machine: %s has no certificate of a city (linghang machine enrol makes one): %w", dir, err)
	}
	return s, nil
}

// renew keeps the certificate renewed.
func (s sender) renew(ctx context.Context, log *slog.Logger) error {
	err := s.keeper.Watch(ctx, func(st est.Status, err error) {
		if err != nil {
			log.WarnContext(ctx, "the certificate could not be renewed", "error", err, "good_until", st.NotAfter)
			return
		}
		log.InfoContext(ctx, "the certificate was renewed", "good_until", st.NotAfter)
	})
	if ctx.Err() != nil {
		return nil //nolint:nilerr // it was told to end
	}
	return err //nolint:wrapcheck // it says all
}

// outcome is what the city made of a batch.
type outcome struct {
	status int
	answer []byte
	after  time.Duration
}

func (o outcome) taken() bool { return o.status == http.StatusOK }

// asks are what the city wants to have around alerts.
func (o outcome) asks() []batch.Around {
	var a struct {
		Around []batch.Around `json:"around"`
	}
	if json.Unmarshal(o.answer, &a) != nil {
		return nil
	}
	return a.Around[:min(len(a.Around), batch.MostAround)]
}

// never tells that the batch will not be taken as it is, whatever one does.
func (o outcome) never() bool {
	switch o.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	case http.StatusConflict:
		var p struct {
			Key string `json:"key"`
		}
		return json.Unmarshal(o.answer, &p) == nil && p.Key == "security.batch.taken"
	}
	return false
}

// why is the answer in a sentence.
func (o outcome) why() string {
	var p struct{ Detail, Title string }
	if err := json.Unmarshal(o.answer, &p); err != nil {
		return http.StatusText(o.status) // no problem of ours, as of a proxy
	}
	return cmp.Or(p.Detail, p.Title, http.StatusText(o.status))
}

// send sends a batch; an error says that nobody answered.
func (s sender) send(ctx context.Context, body []byte) (outcome, error) {
	own, err := tls.LoadX509KeyPair(s.file, s.file)
	if err != nil {
		return outcome{}, fmt.Errorf("read the machine's key: %w", err)
	}
	key, ok := own.PrivateKey.(crypto.Signer)
	if !ok {
		return outcome{}, errors.New("the machine's key cannot sign")
	}
	signature, err := batch.Sign(key, body)
	if err != nil {
		return outcome{}, err //nolint:wrapcheck // it says all
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write(body)
	if err = errors.Join(err, z.Close()); err != nil {
		return outcome{}, fmt.Errorf("pack a batch: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(s.url, "/")+Path, &packed)
	if err != nil {
		return outcome{}, fmt.Errorf("send a batch: %w", err)
	}
	req.Header.Set("Content-Type", batch.MediaType)
	req.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	req.Header.Set(batch.Header, signature)
	if s.around {
		req.Header.Set(batch.AroundHeader, "1")
	}
	res, err := s.client.Do(req)
	if err != nil {
		return outcome{}, fmt.Errorf("send a batch: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // it was read
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return outcome{}, fmt.Errorf("read the answer: %w", err)
	}
	o := outcome{status: res.StatusCode, answer: answer}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		o.after = time.Duration(seconds) * time.Second
	}
	if o.status == http.StatusUnauthorized { // the connection may show the certificate of before
		s.client.CloseIdleConnections()
	}
	return o, nil
}
