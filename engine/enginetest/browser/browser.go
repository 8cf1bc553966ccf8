// Package browser lets tests look at pages as people do: with Chromium, without
// a window.
//
//	b := browser.Start(t)
//	page := b.Open(t, url, browser.View{Width: 375, Dark: true})
//	… page.Number(t, "document.scrollingElement.scrollWidth") …
//
// Chromium is the one that is installed here, or Debian's, which root installs.
// Only tests import this package.
package browser

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to load; a busy machine takes long.
const patience = 2 * time.Minute

// Browser is a Chromium at work.
type Browser struct{ ctx context.Context }

// Start starts a browser that ends with the test.
func Start(t testing.TB) *Browser {
	t.Helper()
	path, err := find()
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WSURLReadTimeout(patience),
		chromedp.UserDataDir(t.TempDir()))
	if os.Geteuid() == 0 { // whom Chromium gives no sandbox
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, quit := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		quit()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{ctx}
}

// View is how a page is looked at.
type View struct {
	Width, Height int  // of the window, in pixels
	Dark          bool // what the reader prefers
	NoScripts     bool // scripts are switched off
}

// Page is a page that has been opened.
type Page struct {
	ctx context.Context

	mu        sync.Mutex
	requested []string
	complaint []string
	took      time.Duration
}

// Open opens a page and waits until it has loaded. It is closed with the test.
func (b *Browser) Open(t testing.TB, url string, v View) *Page {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	t.Cleanup(closeTab)
	p := &Page{ctx: ctx}
	if err := chromedp.Listen(ctx, p.note); err != nil {
		t.Fatal(err)
	}
	send(t, p, network.Enable, network.EnableParams{})
	send(t, p, log.Enable, cdp.Empty{})
	send(t, p, runtime.Enable, cdp.Empty{})
	send(t, p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(v.Width), Height: int64(v.Height), DeviceScaleFactor: 1, Mobile: v.Width < phone,
	})
	send(t, p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme()}},
	})
	send(t, p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.NoScripts})
	start := time.Now()
	do(t, p, chromedp.Navigate(url))
	p.took = time.Since(start)
	return p
}

// phone is the width below which a window is that of a phone.
const phone = 600

func (v View) scheme() string {
	if v.Dark {
		return "dark"
	}
	return "light"
}

// send gives the browser a command about the page.
func send[P any](t testing.TB, p *Page, command cdp.Command[P, cdp.Empty], params P) {
	t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		t.Fatalf("%s: %v", command.Method, err)
	}
}

// do does something with the page and gives what comes of it.
func do[T any](t testing.TB, p *Page, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// note keeps what the page asks for and what the console says.
func (p *Page) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			p.requested = append(p.requested, e.Request.URL)
		}
	case *log.EventEntryAdded:
		p.complaint = append(p.complaint, fmt.Sprintf("%s: %s", e.Entry.Level, e.Entry.Text))
	case *runtime.EventConsoleAPICalled:
		p.complaint = append(p.complaint, string(e.Type))
	case *runtime.EventExceptionThrown:
		p.complaint = append(p.complaint, e.ExceptionDetails.Text)
	}
}

// Requested lists the addresses that the page asked for, its own first.
func (p *Page) Requested() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requested...)
}

// Complaints lists what the console says.
func (p *Page) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.complaint...)
}

// Took is how long the page took to load.
func (p *Page) Took() time.Duration { return p.took }

// Number is the value of an expression in JavaScript.
func (p *Page) Number(t testing.TB, expression string) float64 {
	t.Helper()
	return do(t, p, chromedp.Evaluate[float64](expression))
}

// Text is the value of an expression in JavaScript.
func (p *Page) Text(t testing.TB, expression string) string {
	t.Helper()
	return do(t, p, chromedp.Evaluate[string](expression))
}

// Picture is the whole page as PNG.
func (p *Page) Picture(t testing.TB) []byte {
	t.Helper()
	return do(t, p, chromedp.FullScreenshot(100))
}
