extension KubeError {
    /// The resource version or continue token is too old: list anew.
    public var isExpired: Bool { code == .expired || code == .gone || status == 410 }

    /// The server has not come as far as the resource version asked for; it was restored, or another one is ahead of it.
    public var isTooNew: Bool { causes.contains { $0.reason == "ResourceVersionTooLarge" } }

    /// The server says that the same request may succeed later.
    public var isTransient: Bool {
        [.tooManyRequests, .timeout, .serverTimeout, .serviceUnavailable, .internalError].contains(code) || status >= 500 || status == 429
    }
}
