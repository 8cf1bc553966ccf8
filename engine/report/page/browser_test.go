package page_test

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest/browser"
	"dagrun/engine/report/page"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages, to look at")

// views are the ways a page is looked at, and few of them.
var (
	views = map[string]browser.View{
		"desktop light":           {Width: 1280, Height: 900},
		"desktop dark":            {Width: 1280, Height: 900, Dark: true},
		"phone light":             {Width: 375, Height: 800},
		"phone dark":              {Width: 375, Height: 800, Dark: true},
		"desktop without scripts": {Width: 1280, Height: 900, NoScripts: true},
		"phone without scripts":   {Width: 375, Height: 800, Dark: true, NoScripts: true},
	}
	few = map[string]browser.View{
		"desktop dark": {Width: 1280, Height: 900, Dark: true},
		"phone light":  {Width: 375, Height: 800},
	}
)

// site serves a page and counts what it is asked for.
func site(t *testing.T, html []byte) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(html)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/", asked
}

func TestPagesAreReadableOnEveryScreenAndLoadNothing(t *testing.T) {
	chromium := browser.Start(t)
	often := []string{"succeeded", "failed", "sixty", "many"}
	for name, tell := range runs {
		var html bytes.Buffer
		run := record(t, tell)
		if err := page.Run(&html, run, page.Options{Status: string(run.Finished.Result)}); err != nil {
			t.Fatal(err)
		}
		ways := few
		if slices.Contains(often, name) {
			ways = views
		}
		for how, view := range ways {
			t.Run(name+" "+how, func(t *testing.T) { look(t, chromium, view, html.Bytes()) })
		}
	}
}

func TestALinkUnfoldsWhatItLeadsTo(t *testing.T) {
	chromium := browser.Start(t)
	url, _ := site(t, []byte(pageOf(t, record(t, runs["succeeded"]), page.Options{})))
	view := browser.View{Width: 1280, Height: 900, NoScripts: true}
	const open = `[...document.querySelectorAll("details.step")].map(d => d.open).join()`
	if got, want := chromium.Open(t, url, view).Text(t, open), "false,false,false,false"; got != want {
		t.Errorf("without a link %s, want %s", got, want)
	}
	for i, link := range []string{"#b0", "#b1", "#b2"} {
		want := []string{"true,false,false,false", "false,true,false,false", "false,false,true,false"}[i]
		if got := chromium.Open(t, url+link, view).Text(t, open); got != want {
			t.Errorf("%s: %s, want %s", link, got, want)
		}
	}
}

func TestAnErrorLinksToTheInstanceThatFailed(t *testing.T) {
	url, _ := site(t, []byte(pageOf(t, record(t, runs["many"]), page.Options{})))
	p := browser.Start(t).Open(t, url, browser.View{Width: 375, Height: 800})
	const follow = `document.querySelectorAll(".problem a")[7].click(); 0` // the fourth and further are folded
	p.Number(t, follow)
	const seen = `(d => d.open + " " + d.querySelector("b").textContent)(document.querySelector(":target").closest("details"))`
	if got, want := p.Text(t, seen), "true sensor 2807, hall 7"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAnIndexIsReadableOnEveryScreenAndLoadsNothing(t *testing.T) {
	chromium := browser.Start(t)
	html := indexOf(t, history(t), page.Options{})
	for how, view := range views {
		t.Run("index "+how, func(t *testing.T) { look(t, chromium, view, []byte(html)) })
	}
}

func TestAGridThatGoesOnFadesOutUntilItsEndIsSeen(t *testing.T) {
	url, _ := site(t, []byte(indexOf(t, history(t), page.Options{})))
	p := browser.Start(t).Open(t, url, browser.View{Width: 375, Height: 800})
	const beyond = `(s => s.querySelector("tr > :last-child").getBoundingClientRect().right - s.getBoundingClientRect().right)(document.querySelector(".grid .scroll"))`
	if got := p.Number(t, beyond); got <= 0 {
		t.Errorf("the grid ends %v before the edge: there is nothing to see here", -got)
	}
	const fade = `parseFloat(getComputedStyle(document.querySelector(".grid .scroll")).maskImage.match(/(\d+)px/)[1])`
	width := p.Number(t, fade)
	p.Number(t, `document.querySelector(".grid .scroll").scrollLeft = 100000`)
	if got := p.Number(t, beyond); got > -width {
		t.Errorf("the last column ends %v from the edge, within the %v that fade out", -got, width)
	}
	if got := p.Text(t, `getComputedStyle(document.querySelector(".hint")).display`); got != "block" {
		t.Errorf("the word about scrolling is shown as %s", got)
	}
}

func TestTheBarsOfANarrowTimelineStandBelowTheirNames(t *testing.T) {
	url, _ := site(t, []byte(pageOf(t, record(t, runs["failed"]), page.Options{})))
	p := browser.Start(t).Open(t, url, browser.View{Width: 375, Height: 800})
	const apart = `(r => Math.abs(r.querySelector(".icon").getBoundingClientRect().top - r.querySelector("a > span").getBoundingClientRect().top))(document.querySelectorAll(".timeline .row")[1])`
	if got := p.Number(t, apart); got > 8 {
		t.Errorf("the icon stands %v above or below the name", got)
	}
	const below = `(r => r.querySelector(".bars").getBoundingClientRect().top - r.querySelector("a").getBoundingClientRect().bottom)(document.querySelectorAll(".timeline .row")[1])`
	if got := p.Number(t, below); got < -1 {
		t.Errorf("the bars begin %v above the end of the name", -got)
	}
}

// look checks a page in a view, as it is and unfolded.
func look(t *testing.T, chromium *browser.Browser, view browser.View, html []byte) {
	url, asked := site(t, html)
	p := chromium.Open(t, url, view)
	keep(t, p)
	checkFits(t, p, view)
	checkAlone(t, p, url, asked)
	checkStyled(t, p, view)
	const unfold = `document.querySelectorAll("details").forEach(d => d.open = true), 0`
	p.Number(t, unfold)
	checkFits(t, p, view)
	checkAlone(t, p, url, asked)
	checkQuick(t, chromium, view, p, html)
}

// keep keeps a picture of a page if one is wanted.
func keep(t *testing.T, p *browser.Page) {
	t.Helper()
	if *pictures == "" {
		return
	}
	_, name, _ := strings.Cut(t.Name(), "/")
	if err := os.WriteFile(filepath.Join(*pictures, name+".png"), p.Picture(t), 0o600); err != nil {
		t.Error(err)
	}
}

// checkQuick checks that a page loads in two seconds; on a machine that is busy
// with other things, once in a few times.
func checkQuick(t *testing.T, chromium *browser.Browser, view browser.View, p *browser.Page, html []byte) {
	t.Helper()
	took := p.Took()
	for range 4 {
		if took <= 2*time.Second {
			return
		}
		url, _ := site(t, html)
		took = min(took, chromium.Open(t, url, view).Took())
	}
	t.Errorf("the page, %d bytes, takes %s to load", len(html), took)
}

// checkFits checks that nothing is wider than the screen.
func checkFits(t *testing.T, p *browser.Page, view browser.View) {
	t.Helper()
	width := p.Number(t, "document.scrollingElement.clientWidth")
	if width > float64(view.Width) || width < float64(view.Width)-20 {
		t.Errorf("the page is %v wide on a screen of %d", width, view.Width)
	}
	if scroll := p.Number(t, "document.scrollingElement.scrollWidth"); scroll > width {
		t.Errorf("the page is %v wide, the screen %v: %s", scroll, width, p.Text(t, widest))
	}
}

// widest tells which elements stand out.
const widest = `[...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll") && (e.scrollWidth > e.clientWidth + 1 ||
	e.getBoundingClientRect().right > document.scrollingElement.clientWidth + 1)).slice(0, 5).map(e => e.tagName + "." + e.getAttribute("class")).join(", ")`

// checkAlone checks that the page asks for nothing, and that the browser has
// nothing to say against it.
func checkAlone(t *testing.T, p *browser.Page, url string, asked *atomic.Int32) {
	t.Helper()
	if diff := cmp.Diff([]string{url}, p.Requested()); diff != "" || asked.Load() != 1 {
		t.Errorf("the page asks for more than itself; the server was asked %d times (-want +got):\n%s", asked.Load(), diff)
	}
	if said := p.Complaints(); len(said) > 0 {
		t.Errorf("the console says: %q", said)
	}
	if title := p.Text(t, "document.title"); strings.HasPrefix(title, "owned") {
		t.Error("a script of a text or a picture ran")
	}
}

// checkStyled checks that the styles are there, in the tone that the reader
// prefers, and that the pictures are shown.
func checkStyled(t *testing.T, p *browser.Page, view browser.View) {
	t.Helper()
	want := map[bool]string{false: "rgb(246, 247, 249)", true: "rgb(20, 23, 28)"}[view.Dark]
	if got := p.Text(t, "getComputedStyle(document.body).backgroundColor"); got != want {
		t.Errorf("the background is %s, want %s", got, want)
	}
	if broken := p.Number(t, `[...document.images].filter(i => !i.complete || i.naturalWidth == 0).length`); broken > 0 {
		t.Errorf("%v pictures are not shown", broken)
	}
}
