import Testing

@testable import OCI

@Suite("A URL of a registry")
struct RemoteURLTests {
    @Test(
        "resolves where it is sent to",
        arguments: [
            ("https://b.c/d?e", "https://b.c/d?e"), ("//b.c/d", "https://b.c/d"), ("/d?e#f", "https://r.example:1/d?e"),
            ("d", "https://r.example:1/v2/a/d"), ("?x=y", "https://r.example:1/v2/a/b?x=y"), ("HTTP://B.C", "http://b.c/"),
            ("ftp://b.c/d", nil), ("https://user@b.c/d", nil), ("https://", nil), ("", nil), ("javascript:x", nil),
            ("https://b.c\\@d/e", "https://b.c/\\@d/e"),
        ])
    func resolve(location: String, result: String?) {
        let base = RemoteURL(scheme: "https", authority: "R.example:1", path: "/v2/a/b?c=d")
        #expect(base.resolving(location)?.description == result)
    }

    @Test(
        "binds credentials to scheme, host and port",
        arguments: [
            ("https://a.b/x", "https://a.b:443/y", true), ("https://A.b/x", "https://a.B/", true), ("http://a.b/", "http://a.b:80/", true),
            ("https://a.b/", "http://a.b/", false), ("https://a.b/", "https://a.b:444/", false), ("https://a.b/", "https://a.b.c/", false),
            ("https://[::1]/", "https://[::1]:443/", true),
        ])
    func origin(one: String, other: String, isSame: Bool) {
        #expect((RemoteURL(parsing: one)?.origin == RemoteURL(parsing: other)?.origin) == isSame)
    }

    @Test(
        "knows this machine",
        arguments: [
            ("localhost:5000", true), ("LOCALHOST", true), ("127.0.0.1", true), ("127.9.9.9:1", true), ("[::1]:5", true),
            ("localhost.example", false),
            ("127.0.0.1.example", false), ("127.0.0", false), ("[::2]", false), ("128.0.0.1", false),
        ])
    func loopback(authority: String, isLoopback: Bool) { #expect(RemoteURL.isLoopback(authority) == isLoopback) }
}

@Suite("Retries")
struct RetryTests {
    @Test("double their delay up to a bound and end with the patience")
    func growth() {
        let start = ContinuousClock.now
        var now = start
        var state = RetryState(RetryPolicy(patience: .seconds(10), firstDelay: .seconds(1), longestDelay: .seconds(3)), now: now)
        let error = OCIError(.unreachable, "x")
        var delays: [Duration] = []
        while let delay = state.delay(after: error, now: now, random: 0.999) {
            delays.append(delay)
            now += delay
        }
        #expect(delays.map { ($0 / .milliseconds(1)).rounded() } == [999, 1998, 2997, 2997])
        #expect(start.duration(to: now) < .seconds(10))
    }

    @Test("wait as long as the registry asks, or not at all when that is too long")
    func retryAfter() {
        let now = ContinuousClock.now
        var state = RetryState(RetryPolicy(patience: .seconds(10)), now: now)
        #expect(state.delay(after: OCIError(.rateLimited, "x", retryAfter: .seconds(7)), now: now, random: 0) == .seconds(7))
        #expect(state.delay(after: OCIError(.rateLimited, "x", retryAfter: .seconds(11)), now: now, random: 0) == nil)
    }

    @Test(
        "are made only for what may pass",
        arguments: [
            (OCIError.Code.unreachable, true), (.serverFailed, true), (.rateLimited, true), (.digestMismatch, false),
            (.unauthorized, false), (.tls, false),
            (.manifestUnknown, false),
        ])
    func transience(code: OCIError.Code, isRetried: Bool) {
        var state = RetryState(RetryPolicy(), now: .now)
        #expect((state.delay(after: OCIError(code, "x"), now: .now, random: 0) != nil) == isRetried)
    }
}
