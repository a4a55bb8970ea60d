import Testing

@testable import Telemetry

@Suite("Addresses that programs listen on")
struct ListeningAddressTests {
    @Test(
        "What makes sense is read", arguments: zip(["127.0.0.1:8080", ":0", "[::1]:65535", "localhost:1"], [8080, 0, 65_535, 1]))
    func reading(text: String, port: Int) throws {
        let address = try ListeningAddress(text)
        #expect(address.port == UInt16(port))
        #expect(address.description == text)
    }

    @Test(
        "What does not is refused, with what was found",
        arguments: [
            "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1", "[a]:1", "a b:1",
        ])
    func refusing(text: String) {
        let error = #expect(throws: ListeningFailure.self) { try ListeningAddress(text) }
        #expect(error?.description.contains("\"\(text)\", wanted address:port") == true)
    }

    @Test("A port that is taken says so, and an address of another machine, too")
    func taken() throws {
        let first = try ListeningSocket(ListeningAddress("127.0.0.1:0"))
        let taken = "127.0.0.1:\(first.port)"
        let error = #expect(throws: ListeningFailure.self) { _ = try ListeningSocket(ListeningAddress(taken)) }
        #expect(error?.description == "\(taken) is taken by another program; choose another port, or 0 for any")
        let elsewhere = #expect(throws: ListeningFailure.self) { _ = try ListeningSocket(ListeningAddress("192.0.2.1:0")) }
        #expect(elsewhere?.description.contains("192.0.2.1:0 is no address of this machine") == true)
        #expect(throws: ListeningFailure.self) { _ = try ListeningSocket(ListeningAddress("no.such.name.invalid:0")) }
    }
}
