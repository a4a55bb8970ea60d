import Glibc
import HTTPCore
import HTTPTypes
import JSON
import Synchronization

@testable import Agent

/// A host that loads by path, as hosts do, with every moment at which it could be led elsewhere; it tells whatever it was given to tell.
final class SwapHost: Transport {
    private struct State {
        var running: [UInt8]?
        var about: JSON?
        var config: [UInt8]?
    }

    private let slotDirectory: String
    private let swapper: Swapper
    private let state = Mutex(State())

    init(slotDirectory: String, swapper: Swapper) {
        self.slotDirectory = slotDirectory
        self.swapper = swapper
    }

    /// The bytes that it loaded last.
    var running: [UInt8]? { state.withLock { $0.running } }
    var config: [UInt8]? { state.withLock { $0.config } }

    /// - Returns: whether it could.
    private func load() -> Bool {
        swapper.moment("the host reads the link")
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard realpath("\(slotDirectory)/current", &buffer) != nil else {
            if errno == ENOENT, !Disk.real.exists("\(slotDirectory)/current") {
                state.withLock { $0 = State() }
                return true
            }
            return false
        }
        let directory = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        swapper.moment("the host opens the module")
        guard let bytes = try? Disk.real.read("\(directory)/libfilter.so") else { return false }
        swapper.moment("the host reads what it is")
        let about = (try? Disk.real.read("\(directory)/graft.json")).flatMap { try? JSON.parse($0) }
        let config = try? Disk.real.read("\(directory)/config.json")
        state.withLock { $0 = State(running: bytes, about: about, config: config) }
        swapper.hostHasRead()
        swapper.moment("the host has loaded")
        return true
    }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        let isLoaded = request.path == "/reload" ? load() : true
        var about = state.withLock { $0.about } ?? [:]
        about["process"] = "1"
        var parts = [about.bytes()]
        var answer = ResponseBody { parts.popLast() }
        return try await handle(HTTPResponse(status: isLoaded ? .ok : .internalServerError), &answer)
    }
}
