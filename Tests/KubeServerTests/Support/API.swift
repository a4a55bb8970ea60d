import HTTPCore
import HTTPTypes
import JSON
import Testing

/// Speaks HTTP with an API server, whichever: what the suite is written against.
struct API: Sendable {
    let transport: any Transport
    /// Of a server with sockets: `https`, and host and port.
    var authority = "embedded.invalid"
    var token: String?
    /// What the test has for itself.
    var namespace = "shop"

    var widgets: String { Widget.path(in: namespace) }

    struct Answer: Sendable {
        var status: Int
        var json: JSON
        var headers: HTTPFields

        var message: String { json["message"]?.string ?? "" }
        var reason: String { json["reason"]?.string ?? "" }
        var warnings: [String] { headers[values: HTTPField.Name("Warning")!] }
        var name: String { json["metadata"]?["name"]?.string ?? "" }
        var version: String { json["metadata"]?["resourceVersion"]?.string ?? "" }
        var items: [JSON] { json["items"]?.array ?? [] }
        var names: [String] { items.compactMap { $0["metadata"]?["name"]?.string } }
    }

    private func request(_ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields) -> HTTPRequest {
        var request = HTTPRequest(method: method, scheme: "https", authority: authority, path: path, headerFields: headers)
        request.headerFields[.userAgent] = "suite/1.0"
        if let token { request.headerFields[.authorization] = "Bearer \(token)" }
        return request
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, type: String = "application/json", accept: String? = nil
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        if body != nil { headers[.contentType] = type }
        headers[.accept] = accept
        let (head, bytes) = try await transport.send(request(method, path, headers), body: body.map { .bytes($0.bytes()) })
        let isJSON = head.headerFields[.contentType]?.hasPrefix("application/json") ?? false
        return Answer(
            status: head.status.code, json: isJSON ? try JSON.parse(bytes) : .string(String(decoding: bytes, as: UTF8.self)),
            headers: head.headerFields)
    }

    func get(_ path: String, accept: String? = nil) async throws -> Answer { try await send(.get, path, accept: accept) }
    func create(_ path: String, _ body: JSON) async throws -> Answer { try await send(.post, path, body) }
    func put(_ path: String, _ body: JSON) async throws -> Answer { try await send(.put, path, body) }
    func delete(_ path: String, _ body: JSON? = nil) async throws -> Answer { try await send(.delete, path, body) }
    func merge(_ path: String, _ body: JSON) async throws -> Answer {
        try await send(.patch, path, body, type: "application/merge-patch+json")
    }
    func apply(_ path: String, _ body: JSON, manager: String = "suite", force: Bool = false) async throws -> Answer {
        let path = path + (path.contains("?") ? "&" : "?") + "fieldManager=\(manager)&force=\(force)"
        return try await send(.patch, path, body, type: "application/apply-patch+yaml")
    }

    /// One event of a watch.
    struct Event: Sendable {
        var type: String
        var object: JSON
        var name: String { object["metadata"]?["name"]?.string ?? "" }
        var version: String { object["metadata"]?["resourceVersion"]?.string ?? "" }
    }

    /// The events of a watch, as they come.
    struct Events {
        var body: ResponseBody
        var buffer: [UInt8] = []

        /// Nil at the end.
        mutating func next() async throws -> Event? {
            while true {
                if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Array(buffer[..<end])
                    buffer.removeFirst(end + 1)
                    if line.isEmpty { continue }
                    let json = try JSON.parse(line)
                    return Event(type: json["type"]?.string ?? "", object: json["object"] ?? .null)
                }
                guard let part = try await body.next() else { return nil }
                buffer += part
            }
        }

        /// The next event, which must be there.
        mutating func expect(_ type: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Event {
            let event = try #require(try await next(), "the watch ended", sourceLocation: sourceLocation)
            #expect([event.type, event.name] == [type, name], "\(event.object.text())", sourceLocation: sourceLocation)
            return event
        }
    }

    func watch<Result>(
        _ path: String, accept: String? = nil, _ body: (HTTPResponse, inout Events) async throws -> Result
    ) async throws -> Result {
        var headers: HTTPFields = [:]
        headers[.accept] = accept
        return try await transport.withResponse(
            to: request(.get, path, headers), body: nil, limits: .streaming(idle: .seconds(60))
        ) { head, parts in
            var events = Events(body: parts)
            return try await body(head, &events)
        }
    }
}
