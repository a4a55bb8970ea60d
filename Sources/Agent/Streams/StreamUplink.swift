import Analysis
package import HTTPCore
import HTTPTypes
import JSON

/// The way to the controller: where it takes what agents tell of their hosts.
package struct StreamUplink: Sendable {
    private let transport: any Transport
    private let url: HostURL
    private let token: @Sendable () throws -> String

    /// - Parameters:
    ///   - url: of the controller's Service, without a path: `https://graft-controller.graft-system.svc:9443`.
    ///   - token: read anew for each request: it is rotated. With the audience `graft-controller`.
    package init(transport: any Transport, url: HostURL, token: @escaping @Sendable () throws -> String) {
        self.transport = transport
        self.url = url
        self.token = token
    }

    package static let path = "/v1/changes"

    enum Outcome: Sendable {
        case answered(StreamAnswer)
        /// Another replica may lead.
        case notLeading
        /// It will never take this batch.
        case refused(String)
        /// It may, later.
        case failed(String)

        /// As metrics name it.
        var sending: UplinkMetrics.Sending {
            switch self {
            case .answered: .taken
            case .notLeading: .notLeading
            case .refused: .refused
            case .failed: .failed
            }
        }
    }

    /// - Throws: `CancellationError` alone.
    func send(_ batch: StreamBatch) async throws -> Outcome {
        do {
            let request = HTTPRequest(
                method: .post, scheme: url.scheme, authority: url.authority, path: Self.path,
                headerFields: [.contentType: "application/json", .authorization: "Bearer \(try token())"])
            let limits = TransferLimits(connect: .seconds(5), firstByte: .seconds(10), idle: .seconds(5), whole: .seconds(15))
            let (head, body) = try await transport.send(request, body: .bytes(batch.json.bytes()), limits: limits, upTo: 256 << 10)
            switch head.status.code {
            case 200: return .answered(try StreamAnswer(from: try JSON.parse(body, limits: JSONLimits(size: 256 << 10, depth: 16))))
            case 503: return .notLeading
            case 400, 413, 422: return .refused("\(url) answers \(head.status.code): \(excerpt(body))")
            default: return .failed("\(url) answers \(head.status.code): \(excerpt(body))")
            }
        } catch let error as CancellationError {
            throw error
        } catch let error as TransportError {
            return .failed("\(url): \(error.message)")
        } catch {
            try Task.checkCancellation()
            return .failed("\(url): \(error)")
        }
    }
}
