import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

extension RawServer {
    func request(_ method: HTTPRequest.Method = .get, _ path: String = "/", _ fields: HTTPFields = [:]) -> HTTPRequest {
        HTTPRequest(method: method, scheme: "http", authority: authority, path: path, headerFields: fields)
    }
}

/// Runs the body with a server and a client, and ends both after it.
func withServer<Result>(
    _ configuration: HTTPClient.Configuration = HTTPClient.Configuration(), _ serve: @escaping @Sendable (RawConnection) -> Void,
    _ body: (RawServer, HTTPClient) async throws -> Result
) async throws -> Result {
    let server = RawServer(serve)
    let client = HTTPClient(configuration)
    defer { server.stop() }
    do {
        let result = try await body(server, client)
        await client.shutdown()
        return result
    } catch {
        await client.shutdown()
        throw error
    }
}

/// Waits until the condition holds; records an issue when it does not within a minute.
func eventually(_ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// A number that tasks count up together.
final class Tally: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
}

/// The error an exchange ends with.
func failure(_ body: () async throws -> Void) async -> TransportError? {
    do {
        try await body()
        return nil
    } catch { return error as? TransportError }
}

func entries(of directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

/// Descriptors of this process connected to the port on loopback.
func sockets(to port: Int) -> [Int32] {
    entries(of: "/proc/self/fd").compactMap { Int32($0) }.filter { localPort(of: $0, peer: true) == port }
}
