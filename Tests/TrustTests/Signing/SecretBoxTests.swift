import Testing

@testable import Trust

/// The vectors of "Cryptography in NaCl" (D. J. Bernstein), those of the NaCl distribution's own tests.
@Suite struct SecretBoxTests {
    let shared = [UInt8](hexadecimal: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
    let first = [UInt8](hexadecimal: "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389")
    let second = [UInt8](hexadecimal: "dc908dda0b9344a953629b733820778880f3ceb421bb61b91cbd4c3e66256ce4")
    let nonce = [UInt8](hexadecimal: "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37")
    let message = [UInt8](
        hexadecimal: "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129"
            + "6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
            + "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705")
    let box = [UInt8](
        hexadecimal: "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a"
            + "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
            + "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5")

    @Test func `HSalsa20 makes the keys of the paper's chain`() {
        #expect(Salsa20.hsalsa20(key: shared, input: [UInt8](repeating: 0, count: 16)[...]) == first)
        #expect(Salsa20.hsalsa20(key: first, input: nonce[..<16]) == second)
    }

    // Salsa20 specification, §10: k0 = 1…16, k1 = 201…216, n = 101…116.
    @Test func `the expansion of a key gives the block of the specification`() {
        let block = Salsa20.block(key: Array(1...16) + Array(201...216), input: Array(101...116)[...])
        #expect(
            block == [
                69, 37, 68, 39, 41, 15, 107, 193, 255, 139, 122, 6, 170, 233, 217, 98, 89, 144, 182, 106, 21, 51, 200, 65, 239, 49, 222, 34,
                215, 114, 40, 126, 104, 197, 7, 225, 197, 153, 31, 2, 102, 78, 76, 176, 84, 245, 246, 184, 177, 160, 133, 130, 6, 72, 149,
                119, 192, 195, 132, 236, 234, 103, 246, 74,
            ])
    }

    @Test func `sealing gives the box of the paper, and opening the message`() {
        #expect(SecretBox.seal(message, key: first, nonce: nonce) == box)
        #expect(SecretBox.open(box, key: first, nonce: nonce) == message)
    }

    @Test func `a box with any byte changed, or shortened, or under another key or nonce doesn't open`() {
        for index in box.indices {
            var changed = box
            changed[index] ^= 1
            #expect(SecretBox.open(changed, key: first, nonce: nonce) == nil)
        }
        for count in [0, 15, 16, box.count - 1] { #expect(SecretBox.open(Array(box[..<count]), key: first, nonce: nonce) == nil) }
        #expect(SecretBox.open(box, key: second, nonce: nonce) == nil)
        #expect(SecretBox.open(box, key: first, nonce: Array(nonce.reversed())) == nil)
    }

    @Test(arguments: [0, 1, 15, 16, 31, 32, 33, 63, 64, 65, 1000])
    func `a message of any length comes back`(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let message = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let sealed = SecretBox.seal(message, key: first, nonce: nonce)
        #expect(sealed.count == count + 16)
        #expect(SecretBox.open(sealed, key: first, nonce: nonce) == message)
    }
}
