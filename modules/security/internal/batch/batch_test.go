package batch

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

const good = `{"format":1,"spool":"01ARZ3NDEKTSV4RRFFQ69G5FAV","stream":"records","sequence":1,"made_at":"2026-03-01T08:00:00Z","version":"1","input":"eth1","run":"x","live":true,"position":9,
"totals":{"packets":9},"records":[{"at":"2026-03-01T08:00:00Z","why":["write"],"flow":1,"client":"10.0.0.1","server":"10.0.0.2","port":502,"transport":"tcp","orientation":"port","confidence":60,"protocol":"modbus","function":"write_single_register","class":"write","unit":1,"from_client":true,"objects":[{"space":"holding_register","address":4,"value":"0001"}]}],
"facts":[{"at":"2026-03-01T08:00:00Z","mac":"02:00:00:00:00:01","source":"arp","kind":"address","value":"10.0.0.1"}]}`

func TestABatchIsReadStrictly(t *testing.T) {
	if _, err := Read([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for was, is := range map[string][2]string{
		`"format":1`:                 {`"format":2`, "format:"},
		`"sequence":1`:               {`"sequence":0`, "sequence:"},
		`"stream":"records"`:         {`"stream":"aggregates"`, "stream:"},
		`01ARZ3NDEKTSV4RRFFQ69G5FAV`: {`x`, "spool:"},
		`"made_at":"2026`:            {`"made_at":"1026`, "made_at:"},
		`"packets":9`:                {`"packets":9999999999999999`, "totals:"},
		`"why":["write"]`:            {`"why":["because"]`, "records[0].why:"},
		`"client":"10.0.0.1"`:        {`"client":"example.com"`, "records[0].client"},
		`"value":"0001"`:             {`"value":"zz"`, "records[0].objects[0]"},
		`"mac":"02:00:00:00:00:01"`:  {`"mac":"02:00"`, "facts[0].mac:"},
		`"value":"10.0.0.1"`:         {`"value":"a\u0000"`, "facts[0].value:"},
		`"live":true`:                {`"live":true,"surprise":1`, "surprise"},
		`"confidence":60`:            {`"confidence":600`, "records[0].confidence"},
	} {
		text := strings.Replace(good, was, is[0], 1)
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), is[1]) {
			t.Errorf("%s: %v, want %s", is[0], err, is[1])
		}
	}
	for _, text := range []string{"", "[]", "null", good + "{}", strings.Repeat("[", 100_000)} {
		if _, err := Read([]byte(text)); err == nil {
			t.Errorf("%.20q is taken", text)
		}
	}
}

func TestASignatureIsOfOneKeyOverTheseOctets(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := Sign(key, []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(key.Public(), []byte(good), sig); err != nil {
		t.Error(err)
	}
	if Verify(other.Public(), []byte(good), sig) == nil || Verify(key.Public(), []byte(good+" "), sig) == nil || Verify(key.Public(), []byte(good), "!") == nil || Verify(key.Public(), []byte(good), "") == nil || Verify("no key", []byte(good), sig) == nil {
		t.Error("a signature that is none was taken")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "records", "aggregates", 1)))
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := Read(body)
		if err != nil {
			return
		}
		if b.MadeAt.Before(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(-24*time.Hour)) || b.Sequence < 1 {
			t.Errorf("%q is taken", body)
		}
		again, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > MaxBody {
			return
		}
		c, err := Read(again)
		if err != nil {
			t.Fatalf("what was read and written is not read again: %v", err)
		}
		if twice, err := json.Marshal(c); err != nil || !bytes.Equal(again, twice) {
			t.Errorf("it changes: %s, %v", twice, err)
		}
	})
}

func TestWhatALogSaysIsReadStrictly(t *testing.T) {
	const log = `{"format":1,"spool":"01ARZ3NDEKTSV4RRFFQ69G5FAV","stream":"logs","sequence":1,"made_at":"2026-03-01T08:00:00Z","version":"1","input":"logs","run":"","live":true,"position":0,"totals":{},
"logs":[{"at":"2026-03-01T08:00:00Z","feed":"eve.json","format":"eve","kind":"dns","severity":"info","digest":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","offset":0,"size":9,"fields":[{"name":"dns.rrname","value":"x.example"}]}],
"facts":[{"at":"2026-03-01T08:00:00Z","addr":"10.0.0.1","source":"dns","kind":"name","value":"x"}],"feeds":[{"name":"eve.json","format":"eve","offset":9,"lines":1,"repeated":1,"limited":2}]}`
	if _, err := Read([]byte(log)); err != nil {
		t.Fatal(err)
	}
	field := `{"name":"dns.rrname","value":"x.example"}`
	for was, is := range map[string][2]string{
		`"value":"x.example"`:  {`"value":""`, "logs[0].fields[0]"},
		`"name":"dns.rrname"`:  {`"name":"dns\u0000"`, "logs[0].fields[0]"},
		`"x.example"`:          {`"` + strings.Repeat("长", MaxField+1) + `"`, "logs[0].fields[0]"},
		field:                  {field + strings.Repeat(","+field, MaxFields), "logs[0].fields"},
		`"limited":2`:          {`"limited":9999999999999999`, "feeds[0].lines"},
		`"stream":"logs"`:      {`"stream":"aggregates"`, "stream:"},
		`"value":"x.example"}`: {`"value":"x.example","more":1}`, "more"},
		`"addr":"10.0.0.1"`:    {`"addr":"plc"`, "facts[0].addr"},
	} {
		if _, err := Read([]byte(strings.Replace(log, was, is[0], 1))); err == nil || !strings.Contains(err.Error(), is[1]) {
			t.Errorf("%.60s: %v, want %s", is[0], err, is[1])
		}
	}
}
