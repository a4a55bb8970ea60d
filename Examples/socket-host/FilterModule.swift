import Glibc
import GraftHost

/// A module of the contract edge/3, as `Examples/edge-proxy/module.h` lays it down: a table of three texts and three functions.
struct FilterModule: Sendable {
    private typealias Initialise = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<CChar>, Int) -> Int32
    private typealias Check = @convention(c) (UnsafeMutablePointer<CChar>, Int) -> Int32
    private typealias Handle = @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer) -> Int32

    /// The module's table. Its library stays for the life of the process, and so does this.
    private let address: UInt

    /// Loads the library and has it initialise itself. Nothing of what ran before is touched.
    init(_ module: HostModule) throws {
        guard let file = module.file("libfilter.so") else { throw HostRefusal("the module has no libfilter.so") }
        let library = try SharedLibrary.open(file)
        guard let symbol = dlsym(library, "edge_module") else { throw HostRefusal("libfilter.so exports no edge_module") }
        let entry = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafeRawPointer).self)
        address = UInt(bitPattern: entry())
        guard text(at: 0) == "edge/3" else { throw HostRefusal("libfilter.so is built for \(text(at: 0)), this host offers edge/3") }
        let configuration = try module.configuration.map { try $0.bytes(upTo: 256 << 10) } ?? Array("{}".utf8)
        let initialise = function(at: 3, as: Initialise.self)
        let reason = Self.reason { reason, room in
            String(decoding: configuration, as: UTF8.self).withCString { initialise($0, reason, room) }
        }
        if let reason { throw HostRefusal(reason) }
    }

    /// What the module says is wrong with it.
    var complaint: String? {
        let check = function(at: 5, as: Check.self)
        return Self.reason { check($0, $1) }
    }

    /// Its answer to one request.
    func answer() throws -> String {
        let handle = function(at: 4, as: Handle.self)
        return try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { body in
            // struct edge_request, struct edge_response
            try "GET".withCString { method in
                try "/".withCString { target in
                    let request: [UnsafePointer<CChar>] = [method, target]
                    var response: (status: Int, body: UnsafeMutablePointer<CChar>?, capacity: Int, length: Int) = (
                        200, body.baseAddress, body.count, 0
                    )
                    let result = request.withUnsafeBytes { request in
                        withUnsafeMutablePointer(to: &response) { handle(request.baseAddress!, UnsafeMutableRawPointer($0)) }
                    }
                    guard result == 0 else { throw HostRefusal("the module fails its first request") }
                    let bytes = body.prefix(response.length).map { UInt8(bitPattern: $0) }
                    return String(decoding: bytes, as: UTF8.self).filter { $0 != "\n" }
                }
            }
        }
    }

    private func word(_ index: Int) -> UInt {
        UnsafeRawPointer(bitPattern: address)!.load(fromByteOffset: index * MemoryLayout<UInt>.size, as: UInt.self)
    }

    private func text(at index: Int) -> String {
        UnsafePointer<CChar>(bitPattern: word(index)).map { String(cString: $0) } ?? ""
    }

    private func function<Function>(at index: Int, as type: Function.Type) -> Function {
        unsafeBitCast(UnsafeRawPointer(bitPattern: word(index))!, to: type)
    }

    /// Calls what writes a reason when it fails.
    private static func reason(_ call: (UnsafeMutablePointer<CChar>, Int) -> Int32) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { room in
            room[0] = 0
            return call(room.baseAddress!, room.count) == 0 ? nil : String(cString: room.baseAddress!)
        }
    }
}
