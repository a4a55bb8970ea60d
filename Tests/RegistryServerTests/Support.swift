import Glibc
import HTTPCore
import HTTPServing
import HTTPTransport
import HTTPTypes
import Hummingbird
import Logging
import OCI
import RegistryServer
import Synchronization
import Testing

/// Runs the body with our registry on a free port of loopback and a client; both end after it.
func withRegistry<Result: Sendable>(
    in directory: String, limits: RegistryServer.Limits = RegistryServer.Limits(),
    authorize: @escaping @Sendable (RegistryServer.Access) async throws -> RegistryServer.Verdict = { _ in .allowed },
    _ body: @escaping @Sendable (_ authority: String, HTTPClient) async throws -> Result
) async throws -> Result {
    let server = try RegistryServer(directory: directory, limits: limits, authorize: authorize)
    let router = Router()
    server.addRoutes(to: router)
    let port = Flag()
    let application = Application(
        router: router, server: .abandonable, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { channel in port.set(channel.localAddress?.port ?? 0) },
        logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask {
            try await application.run()
            return nil
        }
        group.addTask {
            while port.value == 0 { try await Task.sleep(for: .milliseconds(2)) }
            let number = port.value
            let client = HTTPClient()
            do {
                let result = try await body("127.0.0.1:\(number)", client)
                await client.shutdown()
                return result
            } catch {
                await client.shutdown()
                throw error
            }
        }
        defer { group.cancelAll() }
        while let result = try await group.next() { if let result { return result } }
        throw CancellationError()
    }
}

func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/graft-registry-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { removeTree(path) }
    return try await body(path)
}

func removeTree(_ path: String) {
    guard FileSystem.isDirectory(path) else {
        unlink(path)
        return
    }
    for name in (try? FileSystem.entries(of: path)) ?? [] { removeTree("\(path)/\(name)") }
    rmdir(path)
}

extension HTTPClient {
    /// One request to a registry; status, fields and text of the answer.
    func ask(
        _ method: HTTPRequest.Method, _ authority: String, _ path: String, _ fields: HTTPFields = [:], body: [UInt8]? = nil
    ) async throws -> (status: Int, fields: HTTPFields, text: String) {
        let request = HTTPRequest(method: method, scheme: "http", authority: authority, path: path, headerFields: fields)
        let (head, answer) = try await send(request, body: body.map { .bytes($0) })
        return (head.status.code, head.headerFields, String(decoding: answer, as: UTF8.self))
    }
}

/// A number that several tasks set and see.
final class Flag: Sendable {
    private let state = Mutex(0)
    var value: Int { state.withLock { $0 } }
    func set(_ value: Int) { state.withLock { $0 = value } }
}
