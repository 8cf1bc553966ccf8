package browser_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"dagrun/engine/enginetest/browser"
)

func TestWhatAPageAsksForAndComplainsOfIsSeen(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!DOCTYPE html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>body { margin: 0; background: white } @media (prefers-color-scheme: dark) { body { background: black } }</style>
<body><img src="/missing.png"><script>document.title = "changed"; console.error("oh"); undefined.field</script>`))
	}))
	defer server.Close()
	chromium := browser.Start(t)

	p := chromium.Open(t, server.URL+"/", browser.View{Width: 375, Height: 600, Dark: true})
	if got, want := p.Requested(), []string{server.URL + "/", server.URL + "/missing.png"}; !slices.Equal(got, want) {
		t.Errorf("it asks for %q, want %q", got, want)
	}
	for _, want := range []string{"404", "error", "Uncaught"} {
		if said := p.Complaints(); !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("the console says %q, and nothing of %q", said, want)
		}
	}
	if got := p.Text(t, "document.title + getComputedStyle(document.body).backgroundColor"); got != "changedrgb(0, 0, 0)" {
		t.Errorf("got %q", got)
	}
	if got := p.Number(t, "document.scrollingElement.clientWidth"); got != 375 {
		t.Errorf("the page is %v wide", got)
	}

	p = chromium.Open(t, server.URL+"/", browser.View{Width: 1280, Height: 600, NoScripts: true})
	if got := p.Text(t, "document.title + getComputedStyle(document.body).backgroundColor"); got != "rgb(255, 255, 255)" {
		t.Errorf("without scripts and in light: got %q", got)
	}
	if png := p.Picture(t); !strings.HasPrefix(string(png), "\x89PNG") {
		t.Error("its picture is no PNG")
	}
}
