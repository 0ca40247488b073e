package httpd

import (
	"testing"

	"linghang/kernel/export"
)

func TestADownloadIsNamedByWhatIsInIt(t *testing.T) {
	for address, want := range map[string]export.Download{
		"/api/plan/targets":                         {Path: "/api/plan/targets"},
		"/api/plan/targets?export=xlsx&lang=en":     {Path: "/api/plan/targets"},
		"/api/plan/targets?sort=-a&state=x&q=b%20c": {Path: "/api/plan/targets", Query: "q=b+c&state=x"},
		"/api/plan/targets?limit=1&cursor=x&drill=": {Path: "/api/plan/targets", Query: "drill="},
		"https://elsewhere.test/api/plan/targets":   {},
		"//elsewhere.test/api":                      {},
		"":                                          {},
	} {
		if got := DownloadAt(address); got != want {
			t.Errorf("%s is %+v, want %+v", address, got, want)
		}
	}
}
