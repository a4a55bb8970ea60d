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

    /// Bytes of the whole collection.
    func run() async throws -> Int {
        var size = 0
        var token: String?
        repeat {
            var options = ListOptions(limit: form.page, continueToken: token)
            if form == .cache { options.resourceVersion = "0" }
            let ends = try await get(APIRequest.list(Station.definition, namespace: nil, options: options), &size)
            token = Self.continueToken(in: ends)
        } while token != nil
        return size
    }

    /// The first and the last two thousand bytes of the answer: Kubernetes puts metadata last in lists of custom resources, the embedded server first.
    private func get(_ request: APIRequest, _ size: inout Int) async throws -> [UInt8] {
        guard case .bearer(let token) = connection.configuration.authentication, let authority = connection.configuration.authority else {
            throw Failure("the kubeconfig must have a token")
        }
        let head = HTTPRequest(
            method: .get, scheme: authority.scheme, authority: authority.host, path: request.target,
            headerFields: [.authorization: "Bearer \(token)", .accept: "application/json"])
        let (ends, count) = try await connection.transport.withResponse(
            to: head, body: nil, limits: TransferLimits(firstByte: .seconds(120), idle: .seconds(60), whole: nil)
        ) {
            response, body in
            guard response.status == .ok else { throw Failure("\(request.target): HTTP \(response.status)") }
            var (head, tail, count) = ([UInt8](), [UInt8](), 0)
            while let part = try await body.next() {
                count += part.count
                if head.count < 2000 { head += part.prefix(2000 - head.count) }
                tail = Array((tail + part.suffix(2000)).suffix(2000))
            }
            return (head + tail, count)
        }
        size += count
        return ends
    }

    private static func continueToken(in tail: [UInt8]) -> String? {
        let text = String(decoding: tail, as: UTF8.self)
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
