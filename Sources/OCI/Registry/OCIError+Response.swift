internal import HTTPCore
internal import HTTPTypes
internal import JSON

extension OCIError {
    /// Why the registry was not reached, in the words of the transport.
    init(_ error: TransportError, subject: String) {
        switch error.code {
        case .tls: self.init(.tls, "\(subject): \(error.message)")
        case .tooLarge: self.init(.tooLarge, "\(subject): \(error.message)")
        case .unsupported: self.init(.unsupported, "\(subject): \(error.message)")
        case .malformed: self.init(.malformed, "\(subject): \(error.message)")
        default:
            self.init(
                .unreachable,
                "\(subject): the registry can't be reached: \(error.message); if the reference names the wrong one, correct it (spec.module)"
            )
        }
    }

    /// Reads the registry's account of what went wrong (distribution specification, "Error Codes").
    /// - Parameters:
    ///   - secrets: what was sent and may not come back in a message.
    ///   - now: seconds since 1970.
    init(_ head: HTTPResponse, _ body: inout ResponseBody, subject: String, secrets: [String], now: Int64) async throws {
        let bytes = (try? await body.collect(upTo: 64 << 10)) ?? []
        try Task.checkCancellation()
        self.init(head, bytes, subject: subject, secrets: secrets, now: now)
    }

    init(_ head: HTTPResponse, _ body: [UInt8], subject: String, secrets: [String], now: Int64) {
        let status = head.status.code
        let first = (try? JSON.parse(body))?["errors"]?[0]
        let named = first?["code"]?.string
        // A registry that repeats what it was sent is not quoted.
        let message = first?["message"]?.string.flatMap { text in secrets.contains { text.contains($0) } ? nil : text }
        let said = message.map { "; the registry says \(shown($0, limit: 200))" } ?? ""
        let wait = RetryAfter.wait(head.headerFields, now: now)
        switch (named, status) {
        case ("NAME_UNKNOWN"?, _):
            self.init(.nameUnknown, "\(subject): the registry has no such repository; push to it first, or correct the name (spec.module)")
        case ("MANIFEST_UNKNOWN"?, _):
            self.init(
                .manifestUnknown, "\(subject): the registry has no such tag or manifest; push it, or correct the reference (spec.module)")
        case ("BLOB_UNKNOWN"?, _), ("MANIFEST_BLOB_UNKNOWN"?, _):
            self.init(.blobUnknown, "\(subject): the registry lacks content of this artifact; push it again\(said)")
        case ("BLOB_UPLOAD_UNKNOWN"?, _), ("BLOB_UPLOAD_INVALID"?, _):
            self.init(.serverFailed, "\(subject): the registry lost the upload\(said); push it again")
        case ("DIGEST_INVALID"?, _): self.init(.digestMismatch, "\(subject): the registry found another digest than announced\(said)")
        case ("SIZE_INVALID"?, _): self.init(.sizeMismatch, "\(subject): the registry found another size than announced\(said)")
        case ("NAME_INVALID"?, _), ("TAG_INVALID"?, _): self.init(.invalidReference, "\(subject): the registry refuses the name\(said)")
        case ("MANIFEST_INVALID"?, _): self.init(.malformed, "\(subject): the registry refuses the manifest\(said)")
        case ("DENIED"?, _), (_, 403):
            self.init(.denied, "\(subject): the registry denies this to these credentials\(said); ask for access, or use others")
        case ("UNAUTHORIZED"?, _), (_, 401): self.init(.unauthorized, "\(subject): the registry refuses the credentials\(said)")
        case (_, 404):
            self.init(
                .manifestUnknown, "\(subject): the registry has no such tag or manifest; push it, or correct the reference (spec.module)")
        case (_, 413): self.init(.tooLarge, "\(subject): the registry finds this too large\(said)")
        case ("TOOMANYREQUESTS"?, _), (_, 429):
            self.init(.rateLimited, "\(subject): the registry limits the rate of requests; try again later", retryAfter: wait)
        case ("UNSUPPORTED"?, _), (_, 405), (_, 501): self.init(.unsupported, "\(subject): the registry does not support this\(said)")
        case (_, 408):
            self.init(.unreachable, "\(subject): the registry gave up waiting for the request; try again", retryAfter: wait)
        case (_, 500...):
            self.init(
                .serverFailed, "\(subject): the registry failed with status \(status)\(said); look into its log",
                retryAfter: wait)
        default: self.init(.malformed, "\(subject): the registry answers with status \(status), which is not expected here\(said)")
        }
    }
}
