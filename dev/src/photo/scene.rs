//! Drawing a street front: sky, neighbours, facade, sign, windows, door, pavement and passers-by.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "colours and pixel coordinates are clamped or saturate, which is what drawing off the picture's edge means"
)]

use image::RgbImage;

/// The scene is laid out on a canvas this wide, whatever the picture's size.
const CANVAS_WIDTH: f64 = 1000.0;
/// Columns and rows of a letter on the sign.
const LETTER: (u32, u32) = (5, 7);

type Colour = [f64; 3];

/// The picture of shop `seed` as seen in shot `view`; shot 0 is the view straight on.
pub(super) fn draw(seed: u64, view: u32, width: u32, height: u32) -> RgbImage {
    let mut shop = Dice::new(seed);
    let mut hand = Dice::new(seed.rotate_left(32) ^ u64::from(view).wrapping_mul(0x9E37_79B9));
    let mut street = Street::new(width, height);
    if view > 0 {
        street.shift = (hand.between(-35.0, 35.0), hand.between(-20.0, 20.0));
        street.zoom = hand.between(0.93, 1.08);
    }
    let ground = street.height * shop.between(0.74, 0.84);
    let roof = street.height * shop.between(0.05, 0.22);
    backdrop(&mut street, &mut shop, ground, roof);
    shop_front(&mut street, &mut shop, ground);
    let pavement = shop.colour(80.0, 170.0);
    street.fill(-300.0, ground, 1300.0, street.height + 300.0, pavement);
    street.fill(-300.0, ground + street.height * 0.1, 1300.0, street.height + 300.0, pavement.map(|c| c * 0.6));
    passers_by(&mut street, &mut hand, ground);
    let gain = if view > 0 { hand.between(0.8, 1.15) } else { 1.0 };
    develop(&mut street.picture, &mut hand, gain);
    street.picture
}

fn backdrop(street: &mut Street, shop: &mut Dice, ground: f64, roof: f64) {
    let (top, bottom) = (shop.colour(90.0, 235.0), shop.colour(150.0, 250.0));
    for band in 0..64 {
        let share = f64::from(band) / 64.0;
        let [red, green, blue] = [(top[0], bottom[0]), (top[1], bottom[1]), (top[2], bottom[2])].map(|(a, b)| a + (b - a) * share);
        let y = -300.0 + (ground + 300.0) * share;
        street.fill(-300.0, y, 1300.0, y + (ground + 300.0) / 64.0 + 1.0, [red, green, blue]);
    }
    let mut x = -200.0;
    while x < 1200.0 {
        let wide = shop.between(90.0, 380.0);
        let top = roof + shop.between(-0.12, 0.2) * street.height;
        let wall = shop.colour(50.0, 215.0);
        street.fill(x, top, x + wide, ground, wall);
        let shade = shop.between(0.35, 0.7);
        let (columns, rows) = (shop.below(5) + 1, shop.below(4) + 1);
        let (dx, dy) = (wide / f64::from(columns), (ground - top) * 0.55 / f64::from(rows));
        for (column, row) in (0..columns).flat_map(|column| (0..rows).map(move |row| (column, row))) {
            let (left, upper) = (x + dx * (f64::from(column) + 0.22), top + dy * (f64::from(row) + 0.2));
            street.fill(left, upper, left + dx * 0.55, upper + dy * 0.6, wall.map(|c| c * shade));
        }
        x += wide;
    }
}

fn shop_front(street: &mut Street, shop: &mut Dice, ground: f64) {
    let (left, right) = (shop.between(60.0, 280.0), shop.between(650.0, 960.0));
    let top = street.height * shop.between(0.12, 0.4);
    let wall = shop.colour(60.0, 230.0);
    street.fill(left, top, right, ground, wall);
    let panels = shop.below(18) + 8;
    for panel in 0..panels {
        let wide = (right - left) / f64::from(panels);
        let (x, shade) = (left + wide * f64::from(panel), shop.between(0.8, 1.12));
        street.fill(x, top, x + wide * 0.93, ground, wall.map(|c| c * shade));
    }
    // Shop windows and a door between them, each its own width and tone.
    let sill = ground - (ground - top) * 0.08;
    let lintel = top + (ground - top) * shop.between(0.35, 0.5);
    let door = shop.below(3);
    for bay in 0..3 {
        let wide = (right - left) / 3.0;
        let x = left + wide * f64::from(bay);
        let inset = shop.between(0.06, 0.16) * wide;
        let glass = shop.colour(20.0, 240.0);
        let (bottom, tone) = if bay == door { (ground, glass.map(|c| c * 0.5)) } else { (sill, glass) };
        street.fill(x + inset, lintel, x + wide - inset, bottom, tone);
        if bay == door {
            let knob = f64::midpoint(lintel, ground);
            street.fill(x + wide * 0.7, knob, x + wide * 0.76, knob + 14.0, [230.0; 3]);
        } else {
            goods(street, shop, (x + inset, lintel, x + wide - inset, bottom));
        }
    }
    let sign_top = top + (lintel - top) * 0.15;
    sign(street, shop, (left + 12.0, sign_top, right - 12.0, sign_top + (lintel - sign_top) * 0.6));
    if shop.below(2) == 0 {
        let stripes = shop.colour(40.0, 240.0);
        for stripe in 0..16 {
            let wide = (right - left) / 16.0;
            let x = left + wide * f64::from(stripe);
            let tone = if stripe % 2 == 0 { stripes } else { [245.0; 3] };
            street.fill(x, lintel - 22.0, x + wide, lintel + 24.0, tone);
        }
    }
}

/// Shelves behind a window.
fn goods(street: &mut Street, shop: &mut Dice, (left, top, right, bottom): (f64, f64, f64, f64)) {
    for _ in 0..shop.below(14) + 4 {
        let (x, y) = (shop.between(left, right), shop.between(top, bottom));
        let (wide, tall) = (shop.between(8.0, 36.0), shop.between(8.0, 36.0));
        let tone = shop.colour(30.0, 240.0);
        street.fill(x, y, (x + wide).min(right), (y + tall).min(bottom), tone);
    }
}

/// A board with letters nobody can read.
fn sign(street: &mut Street, shop: &mut Dice, (left, top, right, bottom): (f64, f64, f64, f64)) {
    let board = shop.colour(20.0, 240.0);
    street.fill(left, top, right, bottom, board);
    let ink = board.map(|c| if c > 128.0 { c - 110.0 } else { c + 110.0 });
    let letters = shop.below(7) + 4;
    let pitch = (right - left) / f64::from(letters + 1);
    let dot = (pitch * 0.75 / f64::from(LETTER.0)).min((bottom - top) * 0.7 / f64::from(LETTER.1));
    for letter in 0..letters {
        let x = left + pitch * (f64::from(letter) + 0.6);
        let y = top + (bottom - top - dot * f64::from(LETTER.1)) / 2.0;
        for (column, row) in (0..LETTER.0).flat_map(|column| (0..LETTER.1).map(move |row| (column, row))) {
            if shop.below(2) == 0 {
                let (dx, dy) = (x + dot * f64::from(column), y + dot * f64::from(row));
                street.fill(dx, dy, dx + dot, dy + dot, ink);
            }
        }
    }
}

fn passers_by(street: &mut Street, hand: &mut Dice, ground: f64) {
    for _ in 0..hand.below(4) {
        let (x, tall) = (hand.between(-20.0, 1020.0), street.height * hand.between(0.2, 0.34));
        let feet = ground + street.height * hand.between(0.01, 0.08);
        let coat = hand.colour(20.0, 220.0);
        street.fill(x - tall * 0.07, feet - tall, x + tall * 0.07, feet - tall * 0.84, [200.0, 160.0, 130.0]);
        street.fill(x - tall * 0.12, feet - tall * 0.83, x + tall * 0.12, feet - tall * 0.4, coat);
        street.fill(x - tall * 0.09, feet - tall * 0.4, x + tall * 0.09, feet, coat.map(|c| c / 3.0));
    }
}

/// Light and sensor noise; the noise is what makes a phone's JPEG as large as it is.
fn develop(picture: &mut RgbImage, hand: &mut Dice, gain: f64) {
    // Fixed point with 8 bits, for this touches every pixel.
    let gain = f64::clamp(gain * 256.0, 0.0, 1024.0) as i32;
    for pixel in picture.chunks_exact_mut(3) {
        let dice = hand.next();
        let grey = (dice & 15) as i32 + ((dice >> 4) & 15) as i32 - 15;
        for (at, channel) in pixel.iter_mut().enumerate() {
            let tint = ((dice >> (8 + 3 * at)) & 7) as i32 - 3;
            *channel = (((i32::from(*channel) * gain) >> 8) + grey + tint).clamp(0, 255) as u8;
        }
    }
}

/// The picture with the scene's coordinates laid over it.
struct Street {
    picture: RgbImage,
    /// Of the canvas, whose width is [`CANVAS_WIDTH`].
    height: f64,
    scale: f64,
    shift: (f64, f64),
    zoom: f64,
}

impl Street {
    fn new(width: u32, height: u32) -> Self {
        let scale = f64::from(width) / CANVAS_WIDTH;
        Self { picture: RgbImage::new(width, height), height: f64::from(height) / scale, scale, shift: (0.0, 0.0), zoom: 1.0 }
    }

    /// Fills a rectangle given in canvas coordinates, as far as it shows.
    fn fill(&mut self, left: f64, top: f64, right: f64, bottom: f64, colour: Colour) {
        let (width, height) = self.picture.dimensions();
        let across = |x: f64| (((x - CANVAS_WIDTH / 2.0) * self.zoom + CANVAS_WIDTH / 2.0 + self.shift.0) * self.scale) as u32;
        let down = |y: f64| (((y - self.height / 2.0) * self.zoom + self.height / 2.0 + self.shift.1) * self.scale) as u32;
        let (left, right) = (across(left).min(width) as usize, across(right).min(width) as usize);
        let (top, bottom) = (down(top).min(height), down(bottom).min(height));
        let pixel = colour.map(|c| c.clamp(0.0, 255.0) as u8);
        let stride = width as usize * 3;
        let rows = self.picture.chunks_exact_mut(stride).take(bottom as usize).skip(top as usize);
        for row in rows {
            if let Some(span) = row.get_mut(left * 3..right.max(left) * 3) {
                span.chunks_exact_mut(3).for_each(|at| at.copy_from_slice(&pixel));
            }
        }
    }
}

/// A small deterministic generator (`SplitMix64`), so that a seed means the same shop for ever.
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x5851_F42D_4C95_7F2D)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * f64::from((self.next() >> 32) as u32) / 4_294_967_296.0
    }

    fn below(&mut self, limit: u32) -> u32 {
        (self.next() >> 32) as u32 % limit
    }

    fn colour(&mut self, low: f64, high: f64) -> Colour {
        [0, 1, 2].map(|_| self.between(low, high))
    }
}
