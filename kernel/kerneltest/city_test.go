package kerneltest

import (
	"net/http/httptest"
	"testing"
)

func TestOnlyTheEndsOfTextAreTrimmed(t *testing.T) {
	f := func(media, body, want string) {
		t.Helper()
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", media)
		_, _ = w.WriteString(body)
		if got := string(replyOf(w).Body); got != want {
			t.Errorf("%s %q is read as %q", media, body, got)
		}
	}
	f("application/problem+json; charset=utf-8", "{}\n", "{}")
	f("text/csv; charset=utf-8", "a,b\n", "a,b")
	f("application/pkix-crl", "\x30\x03 \n", "\x30\x03 \n")
	f("application/zip", " PK\t", " PK\t")
}
