internal import CLibCurl
internal import HTTPCore

extension Transfer {
    /// Tells libcurl everything about this exchange.
    /// - Throws: `TransportError` when it refuses an option that matters.
    func configure(_ handle: UnsafeMutableRawPointer, _ configuration: HTTPClient.Configuration) throws {
        let target = request.target
        for (option, value) in [
            (CURLOPT_NOSIGNAL, 1),
            // Without it, removing a handle waits for its name resolution, and every other exchange with it.
            (CURLOPT_QUICK_EXIT, 1),
            (CURLOPT_PATH_AS_IS, 1),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            (CURLOPT_HTTP09_ALLOWED, 0),
            // Sees to an attempt at each of a host's addresses within the limit; the limit itself is kept by the loop. libcurl counts from
            // the start, the wait for a stream included.
            (CURLOPT_CONNECTTIMEOUT_MS, libraryConnectLimit.wholeMilliseconds),
        ] { try set(handle, option, value) }
        try set(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        try set(handle, CURLOPT_URL, target.url)
        try set(handle, CURLOPT_USERAGENT, configuration.userAgent)
        if let path = configuration.unixSocketPath { try set(handle, CURLOPT_UNIX_SOCKET_PATH, path) }
        switch configuration.version {
        case .http1: try set(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        case .http2:
            try set(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        }
        try setProxy(handle, configuration)
        if target.scheme == "https" { try setTLS(handle, configuration) }
        graft_set_list(handle, CURLOPT_HTTPHEADER, list(request.fields)).ignored()
        try setBody(handle)
        peerCheck = configuration.peerCheck
        mayConnect = request.proxy == nil ? configuration.mayConnect : nil
        setCallbacks(handle)
    }

    private func setBody(_ handle: UnsafeMutableRawPointer) throws {
        switch request.body {
        case .none:
            if request.method == "HEAD" { return try set(handle, CURLOPT_NOBODY, 1) }
            try set(handle, CURLOPT_HTTPGET, 1)
        case .bytes(let bytes):
            try set(handle, CURLOPT_UPLOAD, 1)
            graft_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes.count)).ignored()
        case .stream(let length):
            try set(handle, CURLOPT_UPLOAD, 1)
            graft_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(length)).ignored()
            // A stream can't be sent a second time, as it must when a kept connection turns out to be closed.
            try set(handle, CURLOPT_FRESH_CONNECT, 1)
        }
        try set(handle, CURLOPT_CUSTOMREQUEST, request.method)
    }

    /// Empty settings keep libcurl from reading the environment in its own way.
    private func setProxy(_ handle: UnsafeMutableRawPointer, _ configuration: HTTPClient.Configuration) throws {
        try set(handle, CURLOPT_PROXY, request.proxy ?? "")
        try set(handle, CURLOPT_NOPROXY, "")
        guard let proxy = request.proxy else { return }
        // Or else the proxy would be shown the request's fields, its Authorization among them, when it is asked for a tunnel.
        try set(handle, CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
        guard proxy.hasPrefix("https:") else { return }
        if configuration.insecureSkipVerify {
            try set(handle, CURLOPT_PROXY_SSL_VERIFYPEER, 0)
            try set(handle, CURLOPT_PROXY_SSL_VERIFYHOST, 0)
        }
        if let authorities = request.credentials.trustedAuthorities {
            try set(handle, CURLOPT_PROXY_CAINFO_BLOB, authorities)
            graft_set_string(handle, CURLOPT_PROXY_CAPATH, nil).ignored()
        }
        try observeVerification(handle)
    }

    private func setTLS(_ handle: UnsafeMutableRawPointer, _ configuration: HTTPClient.Configuration) throws {
        if let name = configuration.tlsServerName {
            try set(handle, CURLOPT_URL, request.target.url(named: name))
            graft_set_list(handle, CURLOPT_CONNECT_TO, list([request.target.connectTo])).ignored()
        }
        try set(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if configuration.insecureSkipVerify {
            try set(handle, CURLOPT_SSL_VERIFYPEER, 0)
            try set(handle, CURLOPT_SSL_VERIFYHOST, 0)
        } else {
            try observeVerification(handle)
        }
        if let authorities = request.credentials.trustedAuthorities {
            try set(handle, CURLOPT_CAINFO_BLOB, authorities)
            // Else the system's directory of authorities is trusted as well.
            graft_set_string(handle, CURLOPT_CAPATH, nil).ignored()
        }
        if let client = request.credentials.clientCertificate {
            try set(handle, CURLOPT_SSLCERT_BLOB, client.certificate)
            try set(handle, CURLOPT_SSLCERTTYPE, "PEM")
            try set(handle, CURLOPT_SSLKEY_BLOB, client.privateKey)
            try set(handle, CURLOPT_SSLKEYTYPE, "PEM")
        }
    }

    /// Where libcurl has another TLS library than OpenSSL, errors say less, and nothing else changes.
    private func observeVerification(_ handle: UnsafeMutableRawPointer) throws {
        guard verification == nil, let verification = PeerVerification() else { return }
        if graft_verification_observe(handle, verification.pointer) == CURLE_OK { self.verification = verification }
    }

    private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) throws {
        try check(graft_set_long(handle, option, value), option)
    }

    private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: String) throws {
        try check(graft_set_string(handle, option, value), option)
    }

    private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ bytes: [UInt8]) throws {
        try check(bytes.withUnsafeBytes { graft_set_blob(handle, option, $0.baseAddress, $0.count) }, option)
    }

    private func check(_ code: CURLcode, _ option: CURLoption) throws {
        guard code != CURLE_OK else { return }
        let name = curl_easy_option_by_id(option).map { String(cString: $0.pointee.name) } ?? "\(option.rawValue)"
        throw TransportError(
            .unsupported, "\(request.target.address): libcurl refuses the option \(name): \(String(cString: curl_easy_strerror(code)))")
    }
}

extension CURLcode {
    /// For options that fail only for want of memory.
    fileprivate func ignored() {}
}

extension Duration {
    /// At least 1: libcurl takes 0 for its own default.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    /// `10 s`, `250 ms`.
    var inWords: String {
        let milliseconds = wholeMilliseconds
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
