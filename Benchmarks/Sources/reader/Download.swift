import HTTPCore
import HTTPTransport
import HTTPTypes
import KubeClient
import KubeCore
import Stations

/// Downloads a collection and throws its bytes away: what no client that reads it can undercut.
struct Download {
    var connection: Connection
    var form: Form

    /// The server has no streaming lists.
    struct Refused: Error {}

    /// Bytes of the whole collection.
    func run() async throws -> Int {
        if form == .stream { return try await stream() }
        var size = 0
        var token: String?
        repeat {
            var options = ListOptions(limit: form.page, continueToken: token)
            if form == .cache { options.resourceVersion = "0" }
            let ends = try await page(APIRequest.list(Station.definition, namespace: nil, options: options), &size)
            token = Self.continueToken(in: ends)
        } while token != nil
        return size
    }

    /// The first and the last two thousand bytes of the answer: Kubernetes puts metadata last in lists of custom resources, the embedded server first.
    private func page(_ request: APIRequest, _ size: inout Int) async throws -> [UInt8] {
        let (ends, count) = try await send(request) { response, body in
            guard response.status == .ok else { throw Failure("\(request.target): HTTP \(response.status)") }
            var (head, tail, count) = ([UInt8](), [UInt8](), 0)
            while let part = try await body.next() {
                count += part.count
                if head.count < 2000 { head += part.prefix(2000 - head.count) }
                Self.keep(2000, of: part, behind: &tail)
            }
            return (head + tail, count)
        }
        size += count
        return ends
    }

    /// Reads a watch up to the bookmark that says that all objects have come.
    private func stream() async throws -> Int {
        let options = WatchOptions(timeoutSeconds: 120, sendInitialEvents: true)
        return try await send(.watch(Station.definition, namespace: nil, options: options)) { response, body in
            guard response.status == .ok else { throw Refused() }
            var (count, tail) = (0, [UInt8]())
            while let part = try await body.next() {
                count += part.count
                // The bookmark is the last line, and a short one.
                Self.keep(1000, of: part, behind: &tail)
                if tail.last == 0x0A, tail.contains("initial-events-end") { return count }
            }
            throw Refused()
        }
    }

    private func send<Result>(
        _ request: APIRequest, _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        guard let authority = connection.configuration.authority else { throw Failure("the kubeconfig names no server") }
        var head = HTTPRequest(
            method: .get, scheme: authority.scheme, authority: authority.host, path: request.target,
            headerFields: [.accept: "application/json"])
        if case .bearer(let token) = connection.configuration.authentication { head.headerFields[.authorization] = "Bearer \(token)" }
        let limits = TransferLimits(firstByte: .seconds(120), idle: .seconds(60), whole: nil)
        return try await connection.transport.withResponse(to: head, body: nil, limits: limits, handle)
    }

    /// The last bytes of what has come, without a look at the others.
    private static func keep(_ count: Int, of part: [UInt8], behind tail: inout [UInt8]) {
        tail = part.count >= count ? Array(part[(part.count - count)...]) : Array(tail.suffix(count - part.count)) + part
    }

    private static func continueToken(in ends: [UInt8]) -> String? {
        let text = String(decoding: ends, as: UTF8.self)
        guard let name = text.range(of: "\"continue\":\"") else { return nil }
        let token = text[name.upperBound...].prefix { $0 != "\"" }
        return token.isEmpty ? nil : String(token)
    }
}

extension ClientConfiguration {
    var authority: (scheme: String, host: String)? {
        guard let end = server.range(of: "://") else { return nil }
        return (String(server[..<end.lowerBound]), String(server[end.upperBound...]))
    }
}

extension [UInt8] {
    fileprivate func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard count >= wanted.count else { return false }
        return (0...count - wanted.count).contains { self[$0] == wanted[0] && self[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }
}

extension String {
    /// The last place where a text stands.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        let (bytes, wanted) = (Array(utf8), Array(text.utf8))
        guard bytes.count >= wanted.count else { return nil }
        for start in (0...bytes.count - wanted.count).reversed() where bytes[start..<start + wanted.count].elementsEqual(wanted) {
            let lower = utf8.index(startIndex, offsetBy: start)
            return lower..<utf8.index(lower, offsetBy: wanted.count)
        }
        return nil
    }
}
