package mass.work;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SplittableRandom;

/// Sums with java.math.
public final class Numbers implements Work {
    @Override
    public String run(long seed) {
        var random = new SplittableRandom(seed);
        return switch (random.nextInt(3)) {
            case 0 -> integers(random);
            case 1 -> decimals(random);
            default -> modular(random);
        };
    }

    private static BigInteger integer(SplittableRandom random) {
        int bits = random.nextInt(10) == 0 ? 1 + random.nextInt(4_000) : 1 + random.nextInt(200);
        var bytes = new byte[bits / 8 + 1];
        random.nextBytes(bytes);
        return new BigInteger(bytes);
    }

    private static String integers(SplittableRandom random) {
        var out = new StringBuilder();
        var a = integer(random);
        var b = integer(random);
        out.append(a.multiply(b)).append(' ').append(a.add(b).subtract(a.shiftLeft(random.nextInt(70)))).append(' ');
        if (b.signum() != 0) out.append(both(a.divideAndRemainder(b))).append(' ').append(a.mod(b.abs())).append(' ');
        out.append(a.gcd(b)).append(' ').append(a.and(b).xor(a.or(b.not()))).append(' ').append(a.pow(random.nextInt(5))).append(' ');
        out.append(a.abs().sqrt()).append(' ').append(a.toString(2 + random.nextInt(35))).append(' ').append(a.doubleValue()).append(' ');
        out.append(new BigInteger(a.toString(7), 7).equals(a)).append(a.compareTo(b)).append(' ').append(a.bitCount() + a.bitLength());
        return out.toString();
    }

    private static String both(BigInteger[] all) {
        return all[0] + "," + all[1];
    }

    private static String decimals(SplittableRandom random) {
        var out = new StringBuilder();
        var a = new BigDecimal(integer(random), random.nextInt(-5, 60));
        var b = new BigDecimal(integer(random), random.nextInt(-5, 60));
        var mode = RoundingMode.values()[random.nextInt(7)];
        var context = new MathContext(1 + random.nextInt(60), mode);
        out.append(a.add(b)).append(' ').append(a.multiply(b, context).toEngineeringString()).append(' ')
                .append(a.subtract(b, context).toPlainString()).append(' ');
        out.append(a.abs().sqrt(context)).append(' ').append(a.setScale(random.nextInt(20), mode)).append(' ')
                .append(a.stripTrailingZeros()).append(' ');
        if (b.signum() != 0) out.append(a.divide(b, context)).append(' ').append(a.remainder(b)).append(' ');
        out.append(new BigDecimal(a.toString()).equals(a)).append(a.doubleValue()).append(' ').append(a.compareTo(b)).append(a.hashCode());
        try {
            out.append(a.divide(b));
        } catch (ArithmeticException e) {
            out.append(e.getMessage());
        }
        return out.toString();
    }

    private static String modular(SplittableRandom random) {
        var a = integer(random);
        var b = integer(random).abs();
        var m = integer(random).abs().add(BigInteger.TWO);
        if (m.bitLength() > 512) m = m.shiftRight(m.bitLength() - 512).setBit(0);
        if (b.bitLength() > 256) b = b.shiftRight(b.bitLength() - 256);
        var out = new StringBuilder().append(a.modPow(b, m)).append(' ').append(m.isProbablePrime(10)).append(' ');
        try {
            out.append(a.modInverse(m));
        } catch (ArithmeticException e) {
            out.append(e.getMessage());
        }
        return out.toString();
    }
}
